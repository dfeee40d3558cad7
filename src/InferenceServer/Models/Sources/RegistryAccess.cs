using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Canario.Contract;
using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Answers a registry's challenges for one repository: with the user's name, or with a token that a token server gives for it or for nobody.</summary>
/// <param name="registry">Address of the registry.</param>
/// <param name="repository">That is to be pulled from.</param>
/// <param name="user">Null: nobody.</param>
/// <param name="web">Asks the token server.</param>
internal sealed partial class RegistryAccess(Uri registry, string repository, BasicCredentials? user, WebClient web)
{
    private const int MaximumTokenBytes = 1 << 18;

    private AuthenticationHeaderValue? _authorization;

    public void Authorize(HttpRequestMessage request) => request.Headers.Authorization = _authorization;

    /// <summary>True: there is something to answer with.</summary>
    /// <exception cref="ModelLoadException">The token server refuses, or must not be told the user's password.</exception>
    public async Task<bool> MeetAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        // Another host's challenge would name where the password goes.
        if (response.RequestMessage?.RequestUri is not { } asked || asked.Scheme != registry.Scheme || asked.Authority != registry.Authority) return false;
        // Where both are offered, a token is what the registry wants: one challenge is answered, and a password to the wrong one is refused.
        if (Find(response, "Bearer") is { } bearer)
        {
            _authorization = new AuthenticationHeaderValue("Bearer", await GetTokenAsync(Read(bearer.Parameter ?? ""), cancellation));
            return true;
        }

        // The same answer once more would only count as another failed login.
        if (Find(response, "Basic") is null || user is null || _authorization is not null) return false;
        _authorization = user.Header;
        return true;
    }

    private static AuthenticationHeaderValue? Find(HttpResponseMessage response, string scheme) =>
        response.Headers.WwwAuthenticate.FirstOrDefault(challenge => challenge.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase));

    private async Task<string> GetTokenAsync(Dictionary<string, string> challenge, CancellationToken cancellation)
    {
        string shown = $"the token server of {registry.Authority}";
        if (!Uri.TryCreate(challenge.GetValueOrDefault("realm"), UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("http" or "https"))
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{registry.Authority} names no token server");
        if (user is not null && realm.Scheme == "http" && registry.Scheme == "https")
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{registry.Authority} wants the password sent in clear text to {realm.Authority}");
        string scope = challenge.GetValueOrDefault("scope", $"repository:{repository}:pull");
        string query = $"scope={Uri.EscapeDataString(scope)}";
        if (challenge.TryGetValue("service", out string? service)) query = $"service={Uri.EscapeDataString(service)}&{query}";
        var file = new SourceFile
        {
            Shown = shown,
            Address = new UriBuilder(realm) { Query = realm.Query.Length > 0 ? $"{realm.Query}&{query}" : query }.Uri,
            Authorize = request => request.Headers.Authorization = user?.Header,
        };
        (byte[] body, _) = await web.ReadAsync(file, MaximumTokenBytes, null, cancellation);
        try
        {
            RegistryToken? token = JsonSerializer.Deserialize(body, SourceJson.Default.RegistryToken);
            if (token?.Token is { Length: > 0 } value || (value = token?.AccessToken) is { Length: > 0 }) return value;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{shown} answered no token");
    }

    private static Dictionary<string, string> Read(string parameters)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(parameters)) found[match.Groups["name"].Value] = match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["value"].Value;
        return found;
    }

    [GeneratedRegex("(?<name>[a-zA-Z_]+)=(\"(?<quoted>[^\"]*)\"|(?<value>[^,\\s]+))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
