using System.Text;
using Canario.Router.Mirroring;

namespace Canario.Router.Tests;

public sealed class AnswerComparisonTests
{
    private const string Adelie = """{"model":"p","revision":"p-1","request_id":"a","prediction":"Adelie","probabilities":{"Adelie":0.9,"Gentoo":0.1}}""";

    [Theory]
    [InlineData(Adelie, """{"model":"p","revision":"p-2","request_id":"a","prediction":"Adelie","probabilities":{"Gentoo":0.3,"Adelie":0.7}}""", false, 2, 0.2, 0.2)]
    [InlineData(Adelie, """{"prediction":"Gentoo","probabilities":{"Adelie":0.4,"Gentoo":0.6}}""", true, 2, 0.5, 0.5)]
    [InlineData(Adelie, """{"prediction":"Adelie","probabilities":{"Adelie":0.9}}""", true, 1, 0, 0)] // A class is missing.
    [InlineData(Adelie, """{"prediction":"Adelie"}""", true, 0, 0, 0)]
    [InlineData("""{"prediction":3,"probabilities":{"3":1}}""", """{"prediction":4,"probabilities":{"3":1}}""", true, 1, 0, 0)] // A class whose name is a number.
    [InlineData("""{"prediction":3750.5}""", """{"prediction":3740}""", false, 1, 10.5, 10.5)]
    [InlineData("""{"prediction":1,"outputs":{"a":[1,2],"b":"x"}}""", """{"prediction":1,"outputs":{"a":[1,5],"b":"x"}}""", false, 3, 1, 3)]
    [InlineData("""{"prediction":1,"outputs":{"b":"x"}}""", """{"prediction":1,"outputs":{"b":"y"}}""", true, 1, 0, 0)]
    [InlineData("""{"predictions":[{"prediction":1},{"prediction":2}]}""", """{"predictions":[{"prediction":1},{"prediction":4}]}""", false, 2, 1, 2)]
    [InlineData("""{"predictions":[1,2]}""", """{"predictions":[1]}""", true, 1, 0, 0)]
    [InlineData("""{"predictions":[[true],[null]]}""", """{"predictions":[[false],[null]]}""", true, 0, 0, 0)]
    [InlineData("""{"prediction":1}""", """{"prediction":null}""", true, 0, 0, 0)]
    [InlineData("""{"prediction":1e999}""", """{"prediction":1e999}""", false, 1, 0, 0)]
    [InlineData("""{"prediction":1e999}""", """{"prediction":1}""", true, 0, 0, 0)]
    public void Predictions_are_compared_member_by_member(string stable, string candidate, bool disagrees, int numbers, double mean, double largest)
    {
        Assert.True(TryCompare(stable, candidate, out var difference));
        Assert.Equal((disagrees, numbers), (difference.Disagrees, difference.Numbers));
        Assert.Equal((mean, largest), (Math.Round(difference.Mean, 9), Math.Round(difference.Largest, 9)));
    }

    [Theory]
    [InlineData("""{"prediction":3750.5}""", """{"prediction":3740}""", "3750.5/3740")]
    [InlineData(Adelie, """{"prediction":"Gentoo","probabilities":{"Gentoo":0.6,"Adelie":0.4}}""", "0.9/0.4 0.1/0.6")]
    [InlineData("""{"predictions":[1,2,3,4,5,6,7,8,9,10]}""", """{"predictions":[0,2,3,4,5,6,7,8,9,10]}""", "1/0 2/2 3/3 4/4 5/5 6/6 7/7 8/8")]
    [InlineData("""{"predictions":[1,1e999,3]}""", """{"predictions":[1,2,3]}""", "")] // What follows would take the place of what is missing.
    [InlineData("""{"prediction":"a"}""", """{"prediction":"a"}""", "")]
    public void The_first_numbers_are_kept_to_be_ranked(string stable, string candidate, string expected)
    {
        Assert.True(TryCompare(stable, candidate, out var difference));
        Assert.Equal(expected, string.Join(' ', difference.First.ToArray().Select(n => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{n.Stable}/{n.Candidate}"))));
    }

    [Theory]
    [InlineData("""{"name":"l","datatype":"INT64","shape":[2],"data":[1,2]}""", """{"name":"l","datatype":"INT64","shape":[2],"data":[1,3]}""", true, 0, 0)]
    [InlineData("""{"name":"l","datatype":"BYTES","shape":[1],"data":["a"]}""", """{"name":"l","datatype":"BYTES","shape":[1],"data":["a"]}""", false, 0, 0)]
    [InlineData("""{"name":"v","datatype":"FP32","shape":[2,1],"data":[[1],[2]]}""", """{"name":"v","datatype":"FP32","shape":[2,1],"data":[1,4]}""", false, 2, 1)]
    [InlineData("""{"name":"p","datatype":"FP32","shape":[1,2],"data":[0.6,0.4]}""", """{"name":"p","datatype":"FP32","shape":[1,2],"data":[0.4,0.6]}""", true, 2, 0.2)] // The likeliest class is a label.
    [InlineData("""{"name":"p","datatype":"FP32","shape":[1,2],"data":[6,4]}""", """{"name":"p","datatype":"FP32","shape":[1,2],"data":[4,6]}""", false, 2, 2)] // These are no probabilities.
    [InlineData("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}""", """{"name":"v","datatype":"FP32","shape":[1,1],"data":[1]}""", true, 0, 0)]
    [InlineData("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}""", """{"name":"w","datatype":"FP32","shape":[1],"data":[1]}""", true, 0, 0)]
    [InlineData("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}""", """{"name":"v","datatype":"FP64","shape":[1],"data":[1.5]}""", false, 1, 0.5)] // More precise is no other label.
    [InlineData("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}""", """{"name":"v","datatype":"INT64","shape":[1],"data":[1]}""", true, 0, 0)]
    public void Tensors_are_compared_by_name_and_type(string stable, string candidate, bool disagrees, int numbers, double mean)
    {
        Assert.True(TryCompare(V2(stable), V2(candidate), out var difference));
        Assert.Equal((disagrees, numbers, mean), (difference.Disagrees, difference.Numbers, Math.Round(difference.Mean, 9)));
    }

    [Theory]
    [InlineData("FP32", "0000803F00000040", "0000803F00008040", false, 2, 1)]
    [InlineData("FP64", "000000000000F03F", "0000000000000040", false, 1, 1)]
    [InlineData("FP16", "003C", "0040", false, 1, 1)]
    [InlineData("BF16", "803F", "0040", false, 1, 1)]
    [InlineData("INT32", "01000000", "02000000", true, 0, 0)]
    [InlineData("INT32", "01000000", "01000000", false, 0, 0)]
    public void Raw_tensors_are_compared_too(string type, string stable, string candidate, bool disagrees, int numbers, double mean)
    {
        byte[] one = Convert.FromHexString(stable), other = Convert.FromHexString(candidate);
        string tensor = $$$"""{"name":"v","datatype":"{{{type}}}","shape":[1],"parameters":{"binary_data_size":{{{one.Length}}}}}""";
        byte[] json = Encoding.UTF8.GetBytes(V2(tensor));
        Assert.True(AnswerComparison.TryCompare(new([.. json, .. one]), json.Length, new([.. json, .. other]), json.Length, out var difference));
        Assert.Equal((disagrees, numbers, mean), (difference.Disagrees, difference.Numbers, difference.Mean));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("""{"error":"no"}""")]
    [InlineData("""{"outputs":[{"name":"v"}]}""")]
    [InlineData("""{"outputs":[{"name":"v","datatype":"FP32","shape":[1],"data":["x"]}]}""")]
    [InlineData("""{"outputs":[{"name":"v","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}""")]
    [InlineData("""{"outputs":[{"name":"v","datatype":"FP32","shape":["a"],"data":[1]}]}""")]
    public void What_is_no_prediction_is_not_compared(string answer)
    {
        Assert.False(TryCompare(answer, answer, out _));
        Assert.False(TryCompare(V2("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}"""), answer, out _));
    }

    [Fact]
    public void An_answer_without_the_tensors_that_the_other_has_disagrees()
    {
        string tensor = V2("""{"name":"v","datatype":"FP32","shape":[1],"data":[1]}""");
        Assert.True(TryCompare(tensor, """{"outputs":[]}""", out var difference) && difference.Disagrees);
        Assert.False(TryCompare("""{"outputs":[]}""", tensor, out _));
    }

    [Fact]
    public void A_length_of_JSON_beyond_the_answer_is_not_believed() =>
        Assert.False(AnswerComparison.TryCompare(Encoding.UTF8.GetBytes(Adelie), 10_000, Encoding.UTF8.GetBytes(Adelie), -1, out _));

    private static string V2(string tensor) => $$"""{"model_name":"m","id":"1","outputs":[{{tensor}}]}""";

    private static bool TryCompare(string stable, string candidate, out AnswerDifference difference) =>
        AnswerComparison.TryCompare(Encoding.UTF8.GetBytes(stable), -1, Encoding.UTF8.GetBytes(candidate), -1, out difference);
}
