using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Canario.Kubernetes.Http;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>Typed calls to a Kubernetes API server. Safe for concurrent use; one a process. Every call throws <see cref="KubernetesException"/> when the server refuses or does not answer.</summary>
public sealed partial class KubernetesClient : IDisposable
{
    private readonly Transport _transport;
    private readonly TimeProvider _time;

    public KubernetesClient(ClusterAccess access, KubernetesClientOptions? options = null, TimeProvider? time = null)
    {
        Options = options ?? new KubernetesClientOptions();
        Access = access;
        _time = time ?? TimeProvider.System;
        _transport = new Transport(access, Options, _time);
    }

    public KubernetesClientOptions Options { get; }

    public ClusterAccess Access { get; }

    /// <summary>Writes that were sent, retries not counted. For tests and metrics.</summary>
    public long Writes => _transport.Writes;

    public Task<T> GetAsync<T>(ResourceType<T> type, string? ns, string name, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        _transport.SendAsync(HttpMethod.Get, type.ObjectPath(ns, name), null, type.ObjectJson, cancellationToken);

    /// <summary>Null when there is no such object.</summary>
    public async Task<T?> FindAsync<T>(ResourceType<T> type, string? ns, string name, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        try
        {
            return await GetAsync(type, ns, name, cancellationToken);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.NotFound)
        {
            return null;
        }
    }

    /// <summary>All objects, page after page. Their resource version is that of the list: a watch may go on from it.</summary>
    /// <param name="ns">Null: all namespaces.</param>
    /// <exception cref="KubernetesException"><see cref="KubernetesError.Gone"/> when the continue token ran out between two pages.</exception>
    public async Task<KubernetesList<T>> ListAsync<T>(ResourceType<T> type, string? ns, ListOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var all = await ListPageAsync(type, ns, options, null, cancellationToken);
        while (all.Metadata.Continue is { Length: > 0 } next)
        {
            var page = await ListPageAsync(type, ns, options, next, cancellationToken);
            all.Items.AddRange(page.Items);
            all.Metadata = page.Metadata;
        }
        return all;
    }

    /// <param name="ns">Null: all namespaces.</param>
    /// <param name="continueToken"><c>Metadata.Continue</c> of the page before.</param>
    public Task<KubernetesList<T>> ListPageAsync<T>(ResourceType<T> type, string? ns, ListOptions? options, string? continueToken, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        options ??= ListOptions.All;
        var query = new StringBuilder();
        AppendSelectors(query, options);
        Append(query, "limit", options.PageSize.ToString(CultureInfo.InvariantCulture));
        Append(query, "continue", continueToken);
        if (continueToken is null)
        {
            Append(query, "resourceVersion", options.ResourceVersion);
        }
        return _transport.SendAsync(HttpMethod.Get, $"{type.CollectionPath(ns)}?{query}", null, type.ListJson, cancellationToken);
    }

    /// <summary>Changes after a resource version, until the server ends the watch, the connection breaks (exception) or nothing comes for <see cref="KubernetesClientOptions.WatchIdle"/> (exception). Bookmarks are on.</summary>
    /// <exception cref="KubernetesException"><see cref="KubernetesError.Gone"/> when the resource version is too old.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, string? ns, string resourceVersion, ListOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        options ??= ListOptions.All;
        var query = new StringBuilder();
        AppendSelectors(query, options);
        Append(query, "watch", "true");
        Append(query, "allowWatchBookmarks", "true");
        Append(query, "resourceVersion", resourceVersion);
        var seconds = (int)Options.WatchLifetime.TotalSeconds;
#pragma warning disable CA5394 // Spreads load; not a secret.
        Append(query, "timeoutSeconds", (seconds + Random.Shared.Next(seconds + 1)).ToString(CultureInfo.InvariantCulture));
#pragma warning restore CA5394
        var path = $"{type.CollectionPath(ns)}?{query}";
        await using var watch = await _transport.OpenAsync(path, cancellationToken);
        while (await watch.ReadLineAsync(cancellationToken))
        {
            yield return WatchEventReader.Read(watch.Line.Span, type.ObjectJson, path);
        }
    }

    public Task<T> CreateAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken, bool dryRun = false) where T : class, IKubernetesObject
    {
        var query = WriteQuery(dryRun);
        return WriteAsync(HttpMethod.Post, $"{type.CollectionPath(type.Namespaced ? RequireNamespace(value) : null)}?{query}", type, value, MediaTypes.Json, cancellationToken);
    }

    /// <summary>Server-side apply: the fields in the object become those of the manager, fields that it applied before and that are now missing are removed, all others stay. Creates the object when there is none.</summary>
    /// <param name="force">Take over fields that other managers own; otherwise they are a <see cref="KubernetesError.Conflict"/>.</param>
    /// <param name="subresource">Such as <c>status</c>.</param>
    public Task<T> ApplyAsync<T>(
        ResourceType<T> type, T value, CancellationToken cancellationToken, string? fieldManager = null, bool force = true, bool dryRun = false, string? subresource = null) where T : class, IKubernetesObject
    {
        var query = WriteQuery(dryRun, fieldManager);
        Append(query, "force", force ? "true" : "false");
        return WriteAsync(HttpMethod.Patch, $"{PathOf(type, value, subresource)}?{query}", type, value, MediaTypes.Apply, cancellationToken);
    }

    /// <summary>PUT of a whole object. Only for kinds of which every field is modelled: what is not modelled would be removed. With <c>Metadata.ResourceVersion</c> another writer in between is a <see cref="KubernetesError.Conflict"/>.</summary>
    public Task<T> ReplaceAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken, bool dryRun = false) where T : class, IKubernetesObject =>
        WriteAsync(HttpMethod.Put, $"{PathOf(type, value)}?{WriteQuery(dryRun)}", type, value, MediaTypes.Json, cancellationToken);

    /// <summary>
    /// The whole status anew, and nothing else: a PUT would carry spec too, and API servers before 1.22 make the writer an owner of what it spells out there, so that its user's next
    /// server-side apply is a conflict. <c>Metadata.ResourceVersion</c> must be set: another writer in between is a <see cref="KubernetesError.Conflict"/>.
    /// </summary>
    public Task<T> ReplaceStatusAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken, bool dryRun = false) where T : class, IKubernetesObject
    {
        if (value.Metadata.ResourceVersion is not { Length: > 0 } version)
        {
            throw new ArgumentException($"metadata.resourceVersion of {type.Kind} '{value.Metadata.Name}' is empty; a status is written only over the version that it was computed from.", nameof(value));
        }
        var body = new Body(StatusPatch.Build(value, version, type.ObjectJson), MediaTypes.JsonPatch);
        return _transport.SendAsync(HttpMethod.Patch, $"{PathOf(type, value, "status")}?{WriteQuery(dryRun)}", body, type.ObjectJson, cancellationToken);
    }

    /// <summary>JSON merge patch (RFC 7396): objects are merged, null removes, arrays are replaced.</summary>
    /// <param name="patch">UTF-8 JSON.</param>
    public Task<T> MergePatchAsync<T>(
        ResourceType<T> type, string? ns, string name, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken, string? subresource = null, bool dryRun = false) where T : class, IKubernetesObject =>
        _transport.SendAsync(HttpMethod.Patch, $"{type.ObjectPath(ns, name, subresource)}?{WriteQuery(dryRun)}", new Body(patch, MediaTypes.MergePatch), type.ObjectJson, cancellationToken);

    /// <summary>Returns when the server has accepted the delete; finalizers and graceful termination may keep the object for longer.</summary>
    public async Task DeleteAsync<T>(ResourceType<T> type, string? ns, string name, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var body = new Body(DeleteBody.Build(options ?? DeleteOptions.Default), MediaTypes.Json);
        await _transport.SendAsync<T>(HttpMethod.Delete, type.ObjectPath(ns, name), body, null, cancellationToken);
    }

    public void Dispose() => _transport.Dispose();

    private async Task<T> WriteAsync<T>(HttpMethod method, string path, ResourceType<T> type, T value, string mediaType, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        value.ApiVersion ??= type.ApiVersion;
        value.Kind ??= type.Kind;
        var buffer = new PooledBuffer();
        buffer.Write(value, type.ObjectJson);
        var written = await _transport.SendAsync(method, path, new Body(buffer.WrittenMemory, mediaType), type.ObjectJson, cancellationToken);
        // Only after success: a request that failed or was given up may still be read by the connection, and must not find another's bytes.
        buffer.Dispose();
        return written;
    }

    private static string PathOf<T>(ResourceType<T> type, T value, string? subresource = null) where T : class, IKubernetesObject =>
        type.ObjectPath(type.Namespaced ? RequireNamespace(value) : null, value.Metadata.Name ?? throw new ArgumentException($"metadata.name of a {type.Kind} is empty.", nameof(value)), subresource);

    private static string RequireNamespace(IKubernetesObject value) =>
        value.Metadata.Namespace is { Length: > 0 } ns ? ns : throw new ArgumentException($"metadata.namespace of {value.Kind} '{value.Metadata.Name}' is empty.", nameof(value));

    private StringBuilder WriteQuery(bool dryRun, string? fieldManager = null)
    {
        var query = new StringBuilder();
        Append(query, "fieldManager", fieldManager ?? Options.FieldManager);
        if (dryRun)
        {
            Append(query, "dryRun", "All");
        }
        return query;
    }

    private static void AppendSelectors(StringBuilder query, ListOptions options)
    {
        Append(query, "labelSelector", options.LabelSelector);
        Append(query, "fieldSelector", options.FieldSelector);
    }

    private static void Append(StringBuilder query, string name, string? value)
    {
        if (value is not { Length: > 0 })
        {
            return;
        }
        if (query.Length > 0)
        {
            query.Append('&');
        }
        query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}
