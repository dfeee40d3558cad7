using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record ModelSpec
{
    [Schema("Where the ONNX file is: file:///path (in the image or a volume), pvc://claim/path, http://…, https://…, s3://bucket/key, oci://registry/repository:tag or @sha256:digest, or models:/name/version or models:/name@alias of MLflow. metadata.json and baseline.json are looked for beside it.",
        Required = true, MinLength = 1, MaxLength = Limits.UriLength, Pattern = Limits.UriPattern)]
    [Rule("!self.contains('@') || self.startsWith('file://') || self.startsWith('models:/') || self.matches('^oci://[^@/]+/')", "must not carry credentials: everybody who may read the object would read them")]
    public string Uri { get; set; } = "";

    [Schema("Sha256 of the ONNX file, 64 lower-case hexadecimal digits. Without it an overwritten file is served unnoticed.", Pattern = Limits.Sha256Pattern, MaxLength = 64)]
    public string? Sha256 { get; set; }

    [Schema("Sha256 of metadata.json, 64 lower-case hexadecimal digits.", Pattern = Limits.Sha256Pattern, MaxLength = 64)]
    public string? MetadataSha256 { get; set; }

    [Schema("Sha256 of baseline.json, 64 lower-case hexadecimal digits.", Pattern = Limits.Sha256Pattern, MaxLength = 64)]
    public string? BaselineSha256 { get; set; }

    [Schema("Sha256 of golden.json, 64 lower-case hexadecimal digits.", Pattern = Limits.Sha256Pattern, MaxLength = 64)]
    public string? GoldenSha256 { get; set; }

    [Schema("PersistentVolumeClaim of this namespace mounted read-only at /models, for file:///models/… URIs.",
        Pattern = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", MaxLength = 253)]
    public string? PersistentVolumeClaim { get; set; }
}
