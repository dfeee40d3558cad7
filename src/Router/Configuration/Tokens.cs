using System.Buffers;

namespace Canario.Router.Configuration;

/// <summary>The characters of a token: field names and methods (RFC 9110, section 5.6.2).</summary>
internal static class Tokens
{
    private const string Allowed = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static readonly SearchValues<char> Characters = SearchValues.Create(Allowed);
    public static readonly SearchValues<byte> Bytes = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Allowed));
}
