namespace Canario.Operator.Api;

/// <summary>The CRD's rules again, and those that no schema can say. A cluster without CEL, or with an older CRD, loses nothing but the early message.</summary>
static class SpecValidator
{
    const string Service63 = "must consist of lower-case letters, digits and '-', begin with a letter and end with a letter or digit, in at most 46 characters: Services and labels are made from it";
    const string Sha256 = "must be 64 lower-case hexadecimal digits";
    const string ObjectName = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\z";
    const string ObjectNameAllowed = "must be the name of an object: lower-case letters, digits, '-' and '.'";

    /// <summary>Empty when the spec can be carried out.</summary>
    public static IReadOnlyList<FieldError> Validate(ModelDeployment deployment)
    {
        var errors = new FieldErrors();
        ValidateName(errors, deployment.Metadata.Name);
        var spec = deployment.Spec;
        errors.Range("spec.replicas", spec.Replicas, 1, Limits.Replicas);
        errors.Range("spec.revisionHistoryLimit", spec.RevisionHistoryLimit, 1, Limits.RevisionHistory);
        errors.Duration("spec.progressDeadline", spec.ProgressDeadline, TimeSpan.FromSeconds(10), Durations.Longest, "must be at least 10s");
        errors.Duration("spec.bake.duration", spec.Bake.Duration, TimeSpan.Zero, Durations.Longest, "");
        ValidateModel(errors, spec.Model);
        ServerValidator.Validate(errors, spec.Server);
        ValidateService(errors, spec.Service);
        GateValidator.Validate(errors, spec.Gates, spec.Metrics.Source);
        AutoscalingValidator.Validate(errors, spec);
        StrategyValidator.Validate(errors, spec.Strategy, spec.Replicas, spec.Gates);
        AbValidator.Validate(errors, spec);
        DriftValidator.Validate(errors, spec.Drift);
        RetrainingValidator.Validate(errors, spec.Retraining);
        TrafficValidator.Validate(errors, spec);
        if (spec.Metrics.Source is { } source)
            errors.OneOf("spec.metrics.source", source, MetricSourceNames.Prometheus, MetricSourceNames.Direct);
        ValidateMetrics(errors, spec.Metrics.Prometheus);
        return errors.All;
    }

    static void ValidateName(FieldErrors errors, string? name)
    {
        if (!errors.Text("metadata.name", name, @"^[a-z]([-a-z0-9]*[a-z0-9])?\z", Limits.NameLength, Service63, required: true))
        {
            return;
        }

        if (name == Desired.Names.Router || name!.EndsWith(Desired.Names.PreviewSuffix, StringComparison.Ordinal))
        {
            errors.Add("metadata.name", name, $"must not be {Desired.Names.Router} nor end with {Desired.Names.PreviewSuffix}: Canario's own Services have such names");
        }
    }

    static void ValidateModel(FieldErrors errors, ModelSpec model)
    {
        const string allowed = "must be file:///path, pvc://claim/path, http://…, https://…, s3://bucket/key, oci://registry/repository or models:/name/version";
        if (errors.Text("spec.model.uri", model.Uri, Limits.UriPattern, Limits.UriLength, allowed, required: true))
        {
            if (!Uri.TryCreate(model.Uri, UriKind.Absolute, out var uri) || !NamesFile(uri))
            {
                errors.Add("spec.model.uri", model.Uri, allowed);
            }
            else if (uri.UserInfo.Length > 0 || (uri.Scheme is not ("file" or "oci" or "models") && model.Uri.Contains('@', StringComparison.Ordinal)))
            {
                errors.Add("spec.model.uri", $"{uri.Scheme}://…@{uri.Host}", "must not carry credentials: everybody who may read the object would read them");
            }
        }

        ValidateClaim(errors, model);
        errors.Text("spec.model.sha256", model.Sha256, @"^[0-9a-f]{64}\z", 64, Sha256);
        errors.Text("spec.model.metadataSha256", model.MetadataSha256, @"^[0-9a-f]{64}\z", 64, Sha256);
        errors.Text("spec.model.baselineSha256", model.BaselineSha256, @"^[0-9a-f]{64}\z", 64, Sha256);
        errors.Text("spec.model.goldenSha256", model.GoldenSha256, @"^[0-9a-f]{64}\z", 64, Sha256);
    }

    static void ValidateClaim(FieldErrors errors, ModelSpec model)
    {
        errors.Text("spec.model.persistentVolumeClaim", model.PersistentVolumeClaim, ObjectName, 253, ObjectNameAllowed);
        if (ClaimAddress.Read(model.Uri)?.Claim is not { } claim)
        {
            return;
        }

        errors.Text("spec.model.uri", claim, ObjectName, 253, "must name a claim after pvc://: " + ObjectNameAllowed);
        if (model.PersistentVolumeClaim is { } other && claim != other)
        {
            errors.Add("spec.model.persistentVolumeClaim", other, $"must be left out: spec.model.uri names the claim '{claim}'");
        }
    }

    static bool NamesFile(Uri uri) => uri.Scheme switch
    {
        "file" => !uri.IsUnc && uri.AbsolutePath.Length > 1,
        "models" => uri.Host.Length == 0 && uri.AbsolutePath.Length > 1,
        // A bucket or claim alone is no file.
        "s3" or "oci" or "pvc" => uri.Host.Length > 0 && uri.AbsolutePath.Length > 1,
        _ => uri.Host.Length > 0,
    };

    static void ValidateService(FieldErrors errors, ServiceSettings service)
    {
        errors.OneOf("spec.service.type", service.Type, ServiceTypes.ClusterIp, ServiceTypes.NodePort, ServiceTypes.LoadBalancer);
        errors.Range("spec.service.port", service.Port, 1, Limits.Port);
        errors.Range("spec.service.grpcPort", service.GrpcPort, 1, Limits.Port);
        errors.Range("spec.service.nodePort", service.NodePort, 1, Limits.Port);
        errors.Count("spec.service.annotations", service.Annotations?.Count ?? 0, Limits.MapEntries);
        if (service.Port == service.GrpcPort)
        {
            errors.Add("spec.service.grpcPort", service.GrpcPort, "must differ from spec.service.port");
        }

        if (service.NodePort is not null && service.Type == ServiceTypes.ClusterIp)
        {
            errors.Add("spec.service.nodePort", service.NodePort, "needs type NodePort or LoadBalancer");
        }
    }

    static void ValidateMetrics(FieldErrors errors, PrometheusSettings? prometheus)
    {
        if (prometheus is null)
        {
            return;
        }

        const string path = "spec.metrics.prometheus";
        const string allowed = "must be http://… or https://…";
        if (errors.Text($"{path}.address", prometheus.Address, "^https?://.+$", Limits.UriLength, allowed, required: true))
        {
            if (!Uri.TryCreate(prometheus.Address, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            {
                errors.Add($"{path}.address", prometheus.Address, allowed);
            }
            else if (prometheus.Address.Contains('@', StringComparison.Ordinal))
            {
                errors.Add($"{path}.address", $"{uri.Scheme}://…@{uri.Host}", "must not carry credentials: use authSecretRef");
            }
        }

        errors.Duration($"{path}.timeout", prometheus.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2), "must be from 100ms to 2m");
        if (prometheus.AuthSecretRef is { } secret)
        {
            errors.Text($"{path}.authSecretRef.name", secret.Name, ObjectName, 253, ObjectNameAllowed, required: true);
            errors.Text($"{path}.authSecretRef.key", secret.Key, @"^[-._a-zA-Z0-9]+\z", 253, "must be a Secret's key: letters, digits, '-', '_' and '.'", required: true);
        }
    }
}
