using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models.Sources;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class MlflowSourceTests(S3Server s3) : IClassFixture<S3Server>, IDisposable
{
    private static readonly byte[] s_model = Samples.Mlp(4, 8, 3);

    private readonly ModelFolder _folder = new([]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("models:/penguins/3", "Bearer a-token", "")]
    [InlineData("models:/penguins@champion", "Basic bWU6czNjcmV0", "")]
    [InlineData("models:/Emperor penguins@champion", "", "m-0123abcd")]
    public async Task A_version_or_an_alias_comes_through_the_proxy_of_artifacts(string uri, string authorization, string loggedModel)
    {
        await using var mlflow = new MlflowServer { Authorization = authorization };
        string name = uri.Contains("Emperor", StringComparison.Ordinal) ? "Emperor penguins" : "penguins";
        mlflow.Aliases[(name, "champion")] = "3";
        mlflow.Versions[(name, "3")] = loggedModel.Length > 0 ? $"models:/{loggedModel}" : "mlflow-artifacts:/1/run/artifacts/model";
        mlflow.LoggedModels[loggedModel] = "mlflow-artifacts:/1/run/artifacts/model";
        mlflow.Artifacts["1/run/artifacts/model/model.onnx"] = s_model;
        mlflow.Artifacts["1/run/artifacts/model/metadata.json"] = Encoding.UTF8.GetBytes(ModelFolder.Metadata);
        await using TestServer server = await StartAsync(uri, mlflow, authorization);
        await server.WaitReadyAsync();
        (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Artifacts_in_a_bucket_come_from_there()
    {
        await s3.PutAsync("/public/1/run/artifacts/model/model.onnx", s_model);
        await using var mlflow = new MlflowServer();
        mlflow.Versions[("penguins", "12")] = "s3://public/1/run/artifacts/model";
        await using TestServer server = await StartAsync("models:/penguins/12", mlflow, "");
        await server.WaitReadyAsync();
    }

    [Theory]
    [InlineData("models:/penguins/4", "", "Model Version (name=penguins, version=4) not found")]
    [InlineData("models:/penguins@nobody", "", "Registered model alias nobody not found.")]
    [InlineData("models:/penguins/Production", "", "neither models:/name/version, with a number, nor models:/name@alias")]
    [InlineData("models:/penguins/1", "", "No such artifact")]
    [InlineData("models:/penguins/2", "", "is at 'dbfs:/somewhere'")]
    [InlineData("models:/penguins/3", "", "is at 'models:/penguins/3'")]
    [InlineData("models:/penguins/5", "", "is at 'ftp://host/a/place'")]
    [InlineData("models:/penguins/6", "", "is at no address that can be read")]
    [InlineData("models:/penguins/1", "Bearer another", "401 Unauthorized")]
    public async Task What_is_not_there_is_told(string uri, string authorization, string reason)
    {
        await using var mlflow = new MlflowServer();
        mlflow.Versions[("penguins", "1")] = "mlflow-artifacts:/gone";
        mlflow.Versions[("penguins", "2")] = "dbfs:/somewhere";
        mlflow.Versions[("penguins", "3")] = "models:/penguins/3";
        mlflow.Versions[("penguins", "5")] = "ftp://me:s3cret@host/a/place?key=s3cret";
        mlflow.Versions[("penguins", "6")] = "ftp://me:s3cret@a host/";
        await using TestServer server = await StartAsync(uri, mlflow, authorization);
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(reason, server.Get<ServerState>().Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", server.Log, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.ModelUnavailable, server.Get<ServerState>().ExitCode);
    }

    private Task<TestServer> StartAsync(string uri, MlflowServer mlflow, string authorization)
    {
        string? Environment(string name) => (name, authorization.Split(' ')[0]) switch
        {
            ("MLFLOW_TRACKING_URI", _) => mlflow.Address.AbsoluteUri,
            ("MLFLOW_TRACKING_TOKEN", "Bearer") => authorization["Bearer ".Length..],
            ("MLFLOW_TRACKING_USERNAME", "Basic") => "me",
            ("MLFLOW_TRACKING_PASSWORD", "Basic") => "s3cret",
            ("AWS_ENDPOINT_URL", _) => s3.Endpoint.AbsoluteUri,
            _ => null,
        };
        ServerOptions options = CommandLine.Read(["--model-uri", uri], Environment);
        return TestServer.StartAsync(_folder.Path, o => o with { ModelUri = options.ModelUri, Sources = options.Sources });
    }
}
