using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

public sealed class CommandAnnotationTests
{
    [Fact]
    public void A_command_reads_as_it_is_written()
    {
        var command = CommandAnnotation.Parse("promote/iris-12345678/7", out var problem);

        Assert.Null(problem);
        Assert.Equal(new RolloutCommand(CommandAction.Promote, "iris-12345678", "7"), command);
        Assert.Equal("promote/iris-12345678/7", CommandAnnotation.Format(new HandledCommand(CommandAction.Promote, "iris-12345678", "7", true, "")));
    }

    [Theory]
    [InlineData("promote")]
    [InlineData("promote/iris-1")]
    [InlineData("promote//7")]
    [InlineData("explode/iris-1/7")]
    [InlineData("0/iris-1/7")]
    [InlineData("promote/iris-1/7/8")]
    public void Anything_else_is_said_to_be_wrong(string text)
    {
        Assert.Null(CommandAnnotation.Parse(text, out var problem));
        Assert.Contains(text, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void No_annotation_is_no_command_and_no_problem(string? text)
    {
        Assert.Null(CommandAnnotation.Parse(text, out var problem));
        Assert.Null(problem);
    }
}
