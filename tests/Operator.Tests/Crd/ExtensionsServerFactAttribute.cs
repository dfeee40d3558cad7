namespace Canario.Operator.Tests.Crd;

/// <summary>A fact that asks a current server of custom resources, which build/test makes once a machine (build/extensions-server).</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class ExtensionsServerFactAttribute : FactAttribute
{
    const string Variable = "CANARIO_EXTENSIONS_SERVER";

    public ExtensionsServerFactAttribute()
    {
        if (Program is null)
        {
            Skip = $"{Variable} does not say where apiextensions-apiserver is; build/extensions-server makes it and prints that";
        }
    }

    public static string? Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } program ? program : null;
}
