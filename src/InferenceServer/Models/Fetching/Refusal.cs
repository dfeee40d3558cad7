using System.Text;
using System.Text.Json;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>What a server says about why it refuses: S3's XML, a registry's or MLflow's JSON.</summary>
internal static class Refusal
{
    private const int MaximumBytes = 16 << 10;
    private const int ShownCharacters = 300;

    // A refusal whose reason does not come is one all the same.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    // "code" is a registry's, "error_code" MLflow's.
    private static readonly string[] s_members = ["code", "error_code", "message"];

    /// <summary><c>answered 403 Forbidden (AccessDenied: …)</c>.</summary>
    public static async Task<string> DescribeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        string said = Clean(Read(await ReadBodyAsync(response, cancellation)));
        if (response.Headers.TryGetValues("x-amz-bucket-region", out IEnumerable<string>? regions) && (int)response.StatusCode is 301 or 307 or 400)
            said = $"the bucket is in region {Clean(regions.First())}" + (said.Length > 0 ? $"; {said}" : "");
        else if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            said = $"it leads to {Clean(location.IsAbsoluteUri ? WebSource.Show(location) : location.OriginalString.Split('?')[0])}, which is not followed" + (said.Length > 0 ? $"; {said}" : "");
        return $"answered {(int)response.StatusCode} {Clean(response.ReasonPhrase ?? "")}{(said.Length > 0 ? $" ({said})" : "")}";
    }

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        byte[] buffer = new byte[MaximumBytes];
        int length = 0;
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(limit.Token);
            int read;
            while (length < MaximumBytes && (read = await body.ReadAsync(buffer.AsMemory(length), limit.Token)) > 0) length += read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // The status says enough.
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static string Read(string body)
    {
        if (Between(body, "<Code>", "</Code>") is { } code) return Between(body, "<Message>", "</Message>") is { } message ? $"{code}: {message}" : code;
        if (!body.StartsWith('{')) return "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0) root = errors[0];
            string[] parts = [.. s_members.Select(name => Text(root, name)).Where(text => text.Length > 0)];
            return string.Join(": ", parts);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair.
            return "";
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string? Between(string text, string begin, string end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal);
        if (from < 0) return null;
        from += begin.Length;
        int to = text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0 ? null : text[from..to];
    }

    /// <summary>It goes into a log and a termination message.</summary>
    public static string Clean(string text)
    {
        string printable = new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return printable.Length <= ShownCharacters ? printable : printable[..ShownCharacters] + "…";
    }
}
