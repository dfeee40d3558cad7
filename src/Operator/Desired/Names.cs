namespace Canario.Operator.Desired;

/// <summary>Names of owned objects. <see cref="Api.Limits.NameLength"/> keeps them within 63 characters.</summary>
static class Names
{
    /// <summary>The router's Deployment, Service, ServiceAccount, Role, RoleBinding and PodDisruptionBudget of every namespace.</summary>
    public const string Router = "canario-router";
    public const string PreviewSuffix = "-preview";

    public static string Revision(string model, string hash) => $"{model}-{hash}";

    public static string RouterConfiguration(string model) => $"{model}-router";

    public static string PreviewService(string model) => model + PreviewSuffix;
}
