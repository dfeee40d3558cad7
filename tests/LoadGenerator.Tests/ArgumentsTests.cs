namespace Canario.LoadGenerator.Tests;

public sealed class ArgumentsTests
{
    [Fact]
    public void All_options_are_read()
    {
        var options = Arguments.Parse(["--url", "http://127.0.0.1:8080/predict", "--rate", "12.5", "--duration", "2m", "--timeout", "3s", "--max-in-flight", "7", "--seed", "9"]);
        Assert.Equal(
            new LoadOptions
            {
                Url = new Uri("http://127.0.0.1:8080/predict"),
                Bodies = options.Bodies,
                Rate = 12.5,
                Duration = TimeSpan.FromMinutes(2),
                Timeout = TimeSpan.FromSeconds(3),
                MaxInFlight = 7,
                Seed = 9,
            },
            options);
    }

    [Theory]
    [InlineData("--url is required")]
    [InlineData("--url is nowhere", "--url", "nowhere")]
    [InlineData("--rate is fast", "--url", "http://127.0.0.1/", "--rate", "fast")]
    [InlineData("rate is 0", "--url", "http://127.0.0.1/", "--rate", "0")]
    [InlineData("--duration is 60", "--url", "http://127.0.0.1/", "--duration", "60")]
    [InlineData("unknown argument --spped", "--spped", "1")]
    [InlineData("--rate needs a value", "--url", "http://127.0.0.1/", "--rate")]
    public void A_wrong_option_is_named_with_its_value(string expected, params string[] arguments)
    {
        var error = Assert.Throws<FormatException>(() => Arguments.Parse(arguments));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
