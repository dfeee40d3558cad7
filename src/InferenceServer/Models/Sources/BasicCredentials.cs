using System.Net.Http.Headers;
using System.Text;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>A class, not a record: nothing may print it.</summary>
internal sealed class BasicCredentials(string user, string password)
{
    public AuthenticationHeaderValue Header => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}
