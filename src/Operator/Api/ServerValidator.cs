using System.Globalization;

namespace Canario.Operator.Api;

static class ServerValidator
{
    const string ReservedPrefix = "CANARIO_";
    const string Quantity = @"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?\z";

    public static void Validate(FieldErrors errors, ServerSpec server)
    {
        const string path = "spec.server";
        errors.Text($"{path}.image", server.Image, @"^\S+\z", 512, "must be the name of an image, without white space");
        errors.OneOf($"{path}.imagePullPolicy", server.ImagePullPolicy, "Always", "IfNotPresent", "Never");
        errors.Range($"{path}.threads", server.Threads, 0, Limits.Threads);
        errors.Text($"{path}.serviceAccountName", server.ServiceAccountName, @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\z", 253, "must be the name of a ServiceAccount");
        errors.Count($"{path}.imagePullSecrets", server.ImagePullSecrets.Count, 16);
        errors.Count($"{path}.tolerations", server.Tolerations.Count, Limits.MapEntries);
        errors.Count($"{path}.nodeSelector", server.NodeSelector?.Count ?? 0, Limits.MapEntries);
        errors.Count($"{path}.podAnnotations", server.PodAnnotations?.Count ?? 0, Limits.MapEntries);
        ValidateEnvironment(errors, server);
        ValidateLabels(errors, server.PodLabels);
        ValidateResources(errors, $"{path}.resources.requests", server.Resources?.Requests);
        ValidateResources(errors, $"{path}.resources.limits", server.Resources?.Limits);
    }

    static void ValidateEnvironment(FieldErrors errors, ServerSpec server)
    {
        errors.Count("spec.server.env", server.Env.Count, Limits.Env);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(server.Env.Count, Limits.Env); i++)
        {
            var path = $"spec.server.env[{i}].name";
            var name = server.Env[i].Name;
            if (!errors.Text(path, name, @"^[-._a-zA-Z][-._a-zA-Z0-9]*\z", 253, "must be the name of an environment variable", required: true))
            {
                continue;
            }

            if (name!.StartsWith(ReservedPrefix, StringComparison.Ordinal))
            {
                errors.Add(path, name, $"must not begin with {ReservedPrefix}: such variables are the operator's own");
            }

            if (!seen.Add(name))
            {
                errors.Add(path, name, "must be unique in spec.server.env");
            }
        }
    }

    static void ValidateLabels(FieldErrors errors, IReadOnlyDictionary<string, string>? labels)
    {
        errors.Count("spec.server.podLabels", labels?.Count ?? 0, Limits.MapEntries);
        foreach (var (name, value) in labels ?? new Dictionary<string, string>())
        {
            if (name.StartsWith("canario.dev/", StringComparison.Ordinal) || name.StartsWith("app.kubernetes.io/", StringComparison.Ordinal))
            {
                errors.Add("spec.server.podLabels", name, "must not begin with canario.dev/ or app.kubernetes.io/: such labels are the operator's own");
            }

            if (value.Length > 0)
            {
                errors.Text($"spec.server.podLabels[{name}]", value, @"^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?\z", 63, "must be a label's value: at most 63 letters, digits, '-', '_' and '.'");
            }
        }
    }

    static void ValidateResources(FieldErrors errors, string path, IReadOnlyDictionary<string, Kubernetes.Models.IntOrString>? resources)
    {
        errors.Count(path, resources?.Count ?? 0, Limits.MapEntries);
        foreach (var (name, value) in resources ?? new Dictionary<string, Kubernetes.Models.IntOrString>())
        {
            errors.Text(string.Create(CultureInfo.InvariantCulture, $"{path}.{name}"), value.ToString(), Quantity, 32, "must be a quantity such as 500m, 2 or 1Gi", required: true);
        }
    }
}
