namespace Canario.Telemetry.Tests;

public sealed class RequestIdsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("7f3a-22_b.c:d/e+f=@,~")]
    public void A_sane_id_is_kept(string id) => Assert.Equal(id, RequestIds.Accept(id));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("line\nbreak")]
    [InlineData("quote\"")]
    [InlineData("<script>")]
    [InlineData("é")]
    [InlineData("nul\0")]
    public void Anything_else_gets_a_new_id(string? id)
    {
        var accepted = RequestIds.Accept(id);

        Assert.NotEqual(id, accepted);
        Assert.Matches("^[0-9a-f]{32}$", accepted);
        Assert.NotEqual(accepted, RequestIds.Accept(id));
    }

    [Fact]
    public void The_longest_id_has_128_characters()
    {
        Assert.True(RequestIds.IsSane(new string('a', 128)));
        Assert.False(RequestIds.IsSane(new string('a', 129)));
    }
}
