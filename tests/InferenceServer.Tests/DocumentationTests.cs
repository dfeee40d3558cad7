using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Tests.Grpc;

namespace Canario.InferenceServer.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_option_and_its_variable_is_in_the_reference_page()
    {
        string page = File.ReadAllText(Path.Combine(Here(), "../../docs/inference-server.md"));
        Assert.All(OptionTable.All.Concat(BatchOptionTable.Own), option => Assert.Contains($"| `--{option.Flag}` | `{option.Variable}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_conformance_test_is_named_in_the_list_of_what_is_checked_and_every_name_in_it_is_a_test()
    {
        string page = File.ReadAllText(Path.Combine(Here(), "../../docs/conformance.md"));
        // Names of tests are sentences, which nothing else between back ticks is.
        string[] named = [.. Sentence().Matches(page).Select(match => match.Groups[1].Value).Distinct()];
        MethodInfo[] tests = [.. typeof(DocumentationTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes<FactAttribute>(inherit: false).Any())];
        Type[] classes = [typeof(V2ConformanceTests), typeof(GrpcConformanceTests), typeof(GrpcConformanceErrorTests)];
        string[] own = [.. tests.Where(method => classes.Contains(method.DeclaringType)).Select(method => method.Name)];
        Assert.NotEmpty(own);
        Assert.Empty(own.Except(named));
        Assert.Empty(named.Except([.. own, .. tests.Select(method => $"{method.DeclaringType!.Name}.{method.Name}")]));
        // A further class is to be listed too.
        Assert.Equal(classes.Select(type => type.Name).Order(), tests.Select(method => method.DeclaringType!.Name).Where(name => name.Contains("Conformance", StringComparison.Ordinal)).Distinct().Order());
    }

    [GeneratedRegex("`((?:[A-Z][A-Za-z0-9]*Tests\\.)?[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){3,})`")]
    private static partial Regex Sentence();

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
