using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Tests;

public sealed class OptionTests
{
    [Theory]
    [InlineData("m")]
    [InlineData("fraud-detection-5f0c1d2e")]
    [InlineData("Resnet_50.v1")]
    [InlineData("..a")]
    public void A_name_that_a_path_can_hold_is_taken(string name)
    {
        ServerOptions options = CommandLine.Read(["--model-uri", "file:///m/", "--model", name, "--revision", name], _ => null);
        Assert.Equal((name, name), (options.Identity.Model, options.Identity.Revision));
        string longest = new('a', 253);
        Assert.Equal(longest, CommandLine.Read(["--model-uri", "file:///m/", "--model", longest], _ => null).Identity.Model);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a%20b")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("añb")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    public void A_name_that_no_path_can_hold_is_refused_at_start(string name)
    {
        string[] model = ["--model-uri", "file:///m/"];
        foreach (string option in new[] { "--model", "--revision" })
        {
            ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => CommandLine.Read([.. model, option, name], _ => null));
            Assert.StartsWith($"{option}: '", wrong.Message, StringComparison.Ordinal);
            Assert.Contains("1 to 253 letters, digits", wrong.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', wrong.Message);
        }

        if (name.Length == 0) return;
        ConfigurationException variable = Assert.Throws<ConfigurationException>(() => CommandLine.Read(model, asked => asked == InferenceEnvironment.Model ? name : null));
        Assert.StartsWith(InferenceEnvironment.Model, variable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_no_longer_than_a_name_of_Kubernetes() =>
        Assert.Throws<ConfigurationException>(() => CommandLine.Read(["--model-uri", "file:///m/", "--model", new string('a', 254)], _ => null));

    [Theory]
    [InlineData("s3://My_Models/x/../y/", "s3://My_Models/x/../y/model.onnx")]
    [InlineData("s3://models/y/?versionId=a/", "s3://models/y/model.onnx?versionId=a/")]
    [InlineData("s3://models/y.onnx", "s3://models/y.onnx")]
    [InlineData("http://models/x/", "http://models/x/model.onnx")]
    public void In_a_folder_the_model_has_its_usual_name_and_a_key_of_S3_stays_as_written(string address, string expected) =>
        Assert.Equal(expected, CommandLine.Read(["--model-uri", address], _ => null).ModelUri!.OriginalString.Replace(":80/", "/", StringComparison.Ordinal));
}
