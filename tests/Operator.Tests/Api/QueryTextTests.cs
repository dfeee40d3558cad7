using Canario.Operator.Api;

namespace Canario.Operator.Tests.Api;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("{{revision}}", "<revision>")]
    [InlineData("a{r=\"{{ stable }}\"}[{{window}}]", "a{r=\"<stable>\"}[<window>]")]
    [InlineData("a{b=\"c\"}", "a{b=\"c\"}")]
    public void Names_in_double_braces_are_put_in(string query, string expected) => Assert.Equal(expected, QueryText.Fill(query, name => $"<{name}>"));

    [Theory]
    [InlineData("up{pod=\"{{ pod }}\"}", "{{ pod }}")]
    [InlineData("{{}}", "{{}}")]
    [InlineData("{{ window }}", null)]
    public void What_is_no_name_is_found(string query, string? unknown) => Assert.Equal(unknown, QueryText.FindUnknown(query));

    [Fact]
    public void Thousands_of_blanks_after_braces_that_never_close_are_looked_through_at_once() =>
        Assert.Null(QueryText.FindUnknown("{{" + new string(' ', Limits.QueryLength - 2)));
}
