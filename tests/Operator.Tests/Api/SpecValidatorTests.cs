using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Desired;

namespace Canario.Operator.Tests.Api;

public sealed class SpecValidatorTests
{
    public static TheoryData<string> Names => [.. InvalidSpecs.All.Select(spec => spec.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_invalid_spec_is_told_by_field_value_and_what_is_allowed(string name)
    {
        var spec = InvalidSpecs.All.Single(spec => spec.Name == name);

        var errors = SpecValidator.Validate(spec.Change(Example.Minimal()));

        var error = Assert.Single(errors, error => error.Path == spec.Path);
        Assert.Contains(spec.Allowed, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(spec.Path + ":", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_least_and_the_fullest_spec_are_valid()
    {
        Assert.Empty(SpecValidator.Validate(Example.Minimal()));
        Assert.Empty(SpecValidator.Validate(Example.Full()));
    }

    [Theory]
    [InlineData("file:///models/m.onnx", "file:///models/m.onnx", null)]
    [InlineData("https://models.test/m.onnx?sig=x", "https://models.test/m.onnx?sig=x", null)]
    [InlineData("s3://bucket/folder/", "s3://bucket/folder/", null)]
    [InlineData("oci://registry.test:5000/team/penguins:v1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", null, null)]
    [InlineData("models:/penguins/3", "models:/penguins/3", null)]
    [InlineData("models:/penguins@champion", "models:/penguins@champion", null)]
    [InlineData("pvc://claim-1/penguins/v1/", "file:///models/penguins/v1/", "claim-1")]
    public void A_model_may_be_in_each_of_these_places(string uri, string? inPod, string? claim)
    {
        var deployment = Example.Minimal();
        deployment = deployment with { Spec = deployment.Spec with { Model = new ModelSpec { Uri = uri } } };

        Assert.Empty(SpecValidator.Validate(deployment));

        var snapshot = Revisions.BuildSnapshot(deployment, new DesiredOptions { InferenceServerImage = "server", RouterImage = "router" });
        var pod = ModelPods.BuildTemplate(deployment, "r", snapshot).Spec!;
        Assert.Equal(inPod ?? uri, pod.Containers![0].Env!.Single(variable => variable.Name == InferenceEnvironment.ModelUri).Value);
        Assert.Equal(claim, pod.Volumes!.SingleOrDefault(volume => volume.PersistentVolumeClaim is not null)?.PersistentVolumeClaim!.ClaimName);
        Assert.Equal(claim is not null, pod.Containers[0].VolumeMounts!.Any(mount => mount.MountPath == ModelPods.ModelsDirectory && mount.ReadOnly == true));
    }

    [Fact]
    public void Credentials_in_a_URI_do_not_reach_the_message()
    {
        var deployment = Example.Minimal();
        deployment = deployment with { Spec = deployment.Spec with { Model = new ModelSpec { Uri = "https://me:hunter2@models.test/m.onnx" } } };

        Assert.DoesNotContain("hunter2", FieldError.Summarize(SpecValidator.Validate(deployment)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_counts_what_it_does_not_show()
    {
        var errors = Enumerable.Range(0, 7).Select(i => new FieldError($"spec.f{i}", "x", "no")).ToList();

        Assert.EndsWith("; and 2 more", FieldError.Summarize(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("0.2s", 200)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("0s", 0)]
    public void A_duration_is_read_as_Go_writes_it(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5 m")]
    [InlineData("-5m")]
    [InlineData("5m\n")]
    [InlineData("1d")]
    [InlineData("m5")]
    [InlineData("99999999999999999999999999999h")]
    public void What_is_no_duration_is_none(string text) => Assert.Null(Durations.Parse(text));

    // As Kubernetes' Deployments round them.
    [Theory]
    [InlineData("25%", 10, 3, 2)]
    [InlineData("25%", 1, 1, 0)]
    [InlineData("100%", 7, 7, 7)]
    [InlineData("0%", 7, 0, 0)]
    [InlineData("1%", 100, 1, 1)]
    public void A_share_of_replicas_is_rounded_up_for_a_surge_and_down_for_what_may_be_missing(string share, int replicas, int up, int down) =>
        Assert.Equal((up, down), (PodCounts.Resolve(share, replicas, roundUp: true), PodCounts.Resolve(share, replicas, roundUp: false)));

    [Theory]
    [InlineData("25")]
    [InlineData("101%")]
    [InlineData("-5%")]
    [InlineData("%")]
    [InlineData("2.5%")]
    [InlineData("99999999999%")]
    public void What_is_no_share_is_none(string text) => Assert.Null(PodCounts.Resolve(text, 10, roundUp: true));
}
