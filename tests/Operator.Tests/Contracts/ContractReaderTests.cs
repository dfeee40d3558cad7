using Canario.Kubernetes;
using Canario.Operator.Contracts;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Contracts;

public sealed class ContractReaderTests
{
    private static readonly ObjectKey s_model = new("ns", "iris");

    [Theory]
    [InlineData("""{"inputs":null}""")]
    [InlineData("""{"inputs":[null]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"FP32","shape":null}]}""")]
    [InlineData("""{"features":[{"name":null,"type":"number","tensor":"x"}]}""")]
    [InlineData("""{"features":[{"name":"f","type":"category","tensor":"x","categories":[null]}]}""")]
    [InlineData("""{"predictions":[{"name":"p","tensor":"y","kind":"label","classes":null}]}""")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task What_is_no_contract_is_not_known_and_is_asked_for_again(string answer)
    {
        var asked = 0;
        var text = answer;
        await using var pod = await LoopbackServer.StartAsync(context =>
        {
            Interlocked.Increment(ref asked);
            return context.Response.WriteAsync(Volatile.Read(ref text));
        });
        using var http = new HttpClient();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = new ContractReader(http, _ => told.TrySetResult(), TimeProvider.System, CancellationToken.None);

        await Eventually.TrueAsync(() => reader.Find(s_model, "iris-1", pod.Address) is null && Volatile.Read(ref asked) >= 2, "asked a second time");
        Assert.False(told.Task.IsCompleted);
        Volatile.Write(ref text, """{"inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}]}""");
        await Eventually.TrueAsync(() => reader.Find(s_model, "iris-1", pod.Address) is not null, "known");

        Assert.Equal("x", reader.Find(s_model, "iris-1", pod.Address)!.Contract!.Inputs.Single().Name);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
