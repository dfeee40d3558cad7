using System.Runtime.CompilerServices;
using Canario.InferenceServer.Batch;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_option_and_its_variable_is_in_the_reference_page()
    {
        string page = File.ReadAllText(Path.Combine(Here(), "../../docs/inference-server.md"));
        Assert.All(OptionTable.All.Concat(BatchOptionTable.Own), option => Assert.Contains($"| `--{option.Flag}` | `{option.Variable}` |", page, StringComparison.Ordinal));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
