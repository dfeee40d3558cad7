namespace Canario.InferenceServer.Models.Sources;

/// <summary>Where one file is: on this machine, or at an address.</summary>
internal sealed record SourceFile
{
    /// <summary>For logs and errors: without what may be secret.</summary>
    public required string Shown { get; init; }

    /// <summary>On this machine; null: it is at <see cref="Address"/>.</summary>
    public string? LocalPath { get; init; }

    /// <summary>It lies on this machine where its neighbours do, all under their own names; false: by its digest.</summary>
    public bool InPlace { get; init; }

    public Uri? Address { get; init; }

    /// <summary>Lower-case hex digest that the place itself names; empty: it names none.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Puts credentials into a request that is about to be sent.</summary>
    public Action<HttpRequestMessage>? Authorize { get; init; }

    /// <summary>Told of an answer 401. True: there are credentials for it now, ask again.</summary>
    public Func<HttpResponseMessage, CancellationToken, Task<bool>>? Challenge { get; init; }

    /// <summary>An answer that leads elsewhere is followed, without the credentials.</summary>
    public bool FollowsRedirects { get; init; } = true;

    /// <summary>The place answers 403 for a file that is not there to those who may not list it.</summary>
    public bool ForbiddenMayMeanMissing { get; init; }
}
