using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Gives the tokens that the registry checks: to the one user, for its repositories; to nobody, for <c>open/…</c>.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _app;

    public TokenServer()
    {
        var request = new CertificateRequest("CN=token server", _key, HashAlgorithmName.SHA256);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(130));
        _app = LoopbackApp.Start(AnswerAsync);
    }

    public static AuthenticationHeaderValue User { get; } = new("Basic", Convert.ToBase64String("me:s3cret"u8));

    public string Configuration => $"auth: {{ token: {{ realm: \"{_app.Urls.Single()}/token\", service: \"the registry\", issuer: tests, rootcertbundle: [folder]/root.pem }} }}";

    public (string Name, string Content) Root => ("root.pem", _certificate.ExportCertificatePem());

    /// <summary>Tokens that were given.</summary>
    public int Given { get; private set; }

    public string Token(string repository, params string[] actions)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "ES256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = "tests",
            ["sub"] = "",
            ["aud"] = "the registry",
            ["exp"] = now + 300,
            ["nbf"] = now - 60,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString(),
            ["access"] = new JsonArray(new JsonObject { ["type"] = "repository", ["name"] = repository, ["actions"] = new JsonArray([.. actions.Select(action => (JsonNode)action)]) }),
        };
        string signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string[] scope = context.Request.Query["scope"].ToString().Split(':');
        bool known = context.Request.Headers.Authorization == User.ToString();
        if (context.Request.Query["service"] != "the registry" || scope is not ["repository", _, "pull"])
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else if (!known && (context.Request.Headers.Authorization.Count > 0 || !scope[1].StartsWith("open/", StringComparison.Ordinal)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsync("""{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}""");
        }
        else
        {
            Given++;
            await context.Response.WriteAsync(new JsonObject { ["token"] = Token(scope[1], "pull") }.ToJsonString());
        }
    }
}
