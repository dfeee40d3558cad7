using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Models.Weights;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class ExternalDataTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Locations_are_found_wherever_a_tensor_can_be()
    {
        ProtoMessage Sparse(string name) => new ProtoMessage().Message(1, At(name + ".values")).Message(2, At(name + ".indices"));
        ProtoMessage attribute = new ProtoMessage().Text(1, "a")
            .Message(5, At("t")).Message(10, At("tensors"))
            .Message(6, new ProtoMessage().Message(5, At("g"))).Message(11, new ProtoMessage().Message(5, At("graphs")))
            .Message(22, Sparse("sparse")).Message(23, Sparse("sparses"));
        ProtoMessage node = new ProtoMessage().Text(4, "If").Message(5, attribute);
        ProtoMessage graph = new ProtoMessage().Message(1, node).Message(5, At("./initializer")).Message(15, Sparse("s/graph"));
        ProtoMessage function = new ProtoMessage()
            .Message(7, new ProtoMessage().Message(5, new ProtoMessage().Message(5, At("function")))).Message(11, new ProtoMessage().Message(5, At("default")));
        Assert.Equal(
            ["default", "function", "g", "graphs", "initializer", "s/graph.indices", "s/graph.values", "sparse.indices", "sparse.values", "sparses.indices", "sparses.values", "t", "tensors"],
            Find(new ProtoMessage().Number(1, 8).Message(7, graph).Message(25, function)));
    }

    [Fact]
    public void Weights_inside_name_nothing_even_where_a_location_is_left()
    {
        ProtoMessage inside = OnnxGraph.Outside(new ProtoMessage().Text(8, "w").Bytes(9, new byte[100_000]), "old.data", 0, 4).Number(14, 0);
        Assert.Equal(["new.data"], Find(Model(inside, At("new.data"), At("new.data"))));
        Assert.Empty(Find(Model(inside)));
    }

    [Fact]
    public void A_file_cut_anywhere_or_with_any_byte_changed_is_left_to_ONNX_Runtime()
    {
        byte[] whole = Samples.MlpWithWeightsIn(4, 8, 3, "a/b.data", "c.data").Model;
        for (int length = 0; length < whole.Length; length++) Look(whole[..length]);
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte value in new byte[] { 0, 0x7F, 0x80, 0xFF, (byte)(whole[i] ^ 1) })
            {
                byte[] changed = [.. whole];
                changed[i] = value;
                Look(changed);
            }
        }

        void Look(byte[] content)
        {
            try
            {
                foreach (string location in Find(content)) Assert.DoesNotContain("..", location.Split('/'));
            }
            catch (ModelLoadException e)
            {
                Assert.Equal(ExitCodes.ModelLoadFailed, e.ExitCode);
            }
        }
    }

    [Fact]
    public void Nesting_without_an_end_is_left_to_ONNX_Runtime()
    {
        ProtoMessage graph = new ProtoMessage().Message(5, At("deep"));
        for (int i = 0; i < 20; i++) graph = Nest(graph);
        Assert.Equal(["deep"], Find(new ProtoMessage().Message(7, graph)));
        for (int i = 0; i < 20; i++) graph = Nest(graph);
        Assert.Empty(Find(new ProtoMessage().Message(7, graph)));

        static ProtoMessage Nest(ProtoMessage graph) => new ProtoMessage().Message(1, new ProtoMessage().Message(5, new ProtoMessage().Message(6, graph)));
    }

    [Fact]
    public void Files_and_names_are_bounded()
    {
        Assert.Equal(1000, Find(Model([.. Enumerable.Range(0, 1000).Select(i => At($"{i}"))])).Count);
        Assert.Contains("more than 1000 files", Refusal([.. Enumerable.Range(0, 1001).Select(i => At($"{i}"))]), StringComparison.Ordinal);
        Assert.Contains("longer than 1000 bytes", Refusal(At(new string('x', 2000))), StringComparison.Ordinal);
        Assert.Contains("keeps weights in 'a/b', and 'a' is a file", Refusal(At("a"), At("a/b")), StringComparison.Ordinal);

        string Refusal(params ProtoMessage[] tensors) => Assert.Throws<ModelLoadException>(() => Find(Model(tensors))).Message;
    }

    private static ProtoMessage At(string location) => OnnxGraph.Outside(new ProtoMessage().Number(1, 1).Text(8, "w"), location, 0, 4);

    private static ProtoMessage Model(params ProtoMessage[] tensors)
    {
        var graph = new ProtoMessage();
        foreach (ProtoMessage tensor in tensors) graph.Message(5, tensor);
        return new ProtoMessage().Message(7, graph);
    }

    private IReadOnlyList<string> Find(ProtoMessage model) => Find(model.ToArray());

    private IReadOnlyList<string> Find(byte[] content)
    {
        File.WriteAllBytes(_path, content);
        return ExternalData.FindAsync(_path, "the model", default).GetAwaiter().GetResult();
    }
}
