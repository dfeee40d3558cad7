using System.Text;
using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Finds a registry's user in Docker's <c>config.json</c>, which is also what a pull secret holds.</summary>
internal static class RegistryCredentials
{
    private const long MaximumBytes = 1 << 20;

    /// <summary>Null: it names none for this registry.</summary>
    /// <exception cref="ModelLoadException">The configuration cannot be read.</exception>
    public static BasicCredentials? Find(SourceOptions options, string registry)
    {
        string? text = options.RegistryAuth?.Value;
        string source = "DOCKER_AUTH_CONFIG";
        if (text is null && options.RegistryAuthFile.Length > 0)
        {
            source = options.RegistryAuthFile;
            text = ReadFile(source);
        }

        if (text is null) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (!document.RootElement.TryGetProperty("auths", out JsonElement auths)) return null;
            foreach (JsonProperty entry in auths.EnumerateObject())
            {
                if (HostOf(entry.Name) == registry || (registry == "docker.io" && HostOf(entry.Name) == "index.docker.io")) return Read(entry.Value);
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // Not the reason's own words: they may show a part of a secret.
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{source} is not Docker's config.json: {{\"auths\": {{\"registry\": {{\"auth\": \"…\"}}}}}}");
        }
    }

    private static BasicCredentials? Read(JsonElement entry)
    {
        if (entry.TryGetProperty("auth", out JsonElement auth) && auth.GetString() is { Length: > 0 } packed)
        {
            string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(packed)).Split(':', 2);
            if (parts.Length == 2) return new BasicCredentials(parts[0], parts[1]);
        }

        return entry.TryGetProperty("username", out JsonElement user) && entry.TryGetProperty("password", out JsonElement password)
            ? new BasicCredentials(user.GetString() ?? "", password.GetString() ?? "")
            : null;
    }

    /// <summary>Keys are hosts, or addresses as <c>https://index.docker.io/v1/</c>.</summary>
    private static string HostOf(string key)
    {
        int scheme = key.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? key : key[(scheme + 3)..];
        return rest.Split('/')[0];
    }

    private static string ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumBytes) throw new IOException($"it is larger than {MaximumBytes} bytes");
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"the registry credentials {path} cannot be read: {e.Message}");
        }
    }
}
