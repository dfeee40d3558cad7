using System.Text;

namespace Canario.InferenceServer.Configuration;

/// <summary>Reads options from the environment, then from the command line.</summary>
internal static class CommandLine
{
    /// <exception cref="ConfigurationException">An unknown option, or a value that is not allowed.</exception>
    public static ServerOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment) => Read(OptionTable.All, arguments, environment);

    /// <inheritdoc cref="Read(IReadOnlyList{string}, Func{string, string?})"/>
    public static ServerOptions Read(IReadOnlyList<ServerOption> table, IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var options = new ServerOptions();
        foreach (ServerOption option in table)
        {
            if (environment(option.Variable) is { Length: > 0 } value) options = Apply(option, options, value, option.Variable);
        }

        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal)) throw new ConfigurationException($"'{argument}' is no option; see --help");
            string[] parts = argument[2..].Split('=', 2);
            ServerOption option = table.FirstOrDefault(o => o.Flag == parts[0])
                ?? throw new ConfigurationException($"'--{parts[0]}' is no option; see --help");
            string value = parts.Length == 2 ? parts[1]
                : i + 1 < arguments.Count ? arguments[++i]
                : throw new ConfigurationException($"--{option.Flag} needs a value");
            options = Apply(option, options, value, "--" + option.Flag);
        }

        options = options with { Sources = options.Sources.Complete(environment) };
        return options.ModelUri is null
            ? throw new ConfigurationException($"--model-uri (or {Contract.InferenceEnvironment.ModelUri}) is required")
            : options;
    }

    public static string Help() => Help(
        OptionTable.All, "canario inference-server: serves one revision of an ONNX model. With the word batch first it predicts a file of rows: see batch --help.", "  --help, --version");

    public static string Help(IReadOnlyList<ServerOption> table, string purpose, string others)
    {
        var help = new StringBuilder();
        help.AppendLine(purpose).AppendLine();
        help.AppendLine(others);
        foreach (ServerOption option in table)
            help.AppendLine().AppendLine($"  --{option.Flag} VALUE   (or {option.Variable})").AppendLine($"      {option.Help}");
        return help.ToString();
    }

    private static ServerOptions Apply(ServerOption option, ServerOptions options, string value, string source)
    {
        try
        {
            return option.Apply(options, value);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{source}: {e.Message}");
        }
    }
}
