using System.Runtime.InteropServices;
using Canario.TestModels;

namespace Canario.OnnxRuntime.Tests;

public sealed class SessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canario-ort-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Session Load(byte[] model)
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model);
        return new Session(path, new SessionOptions { IntraOpThreads = 1 });
    }

    [Fact]
    public void A_session_tells_names_types_shapes_and_metadata_of_its_model()
    {
        using Session session = Load(Samples.Mlp(4, 8, 3));
        ValueInfo input = Assert.Single(session.Inputs);
        Assert.Equal("input", input.Name);
        Assert.Equal(ValueKind.Tensor, input.Kind);
        Assert.Equal(TensorElementType.Float, input.ElementType);
        Assert.Equal([-1, 4], input.Shape);
        Assert.Equal(["n", ""], input.SymbolicDimensions);
        Assert.Equal(["probabilities", "label"], session.Outputs.Select(output => output.Name));
        Assert.Equal(TensorElementType.Int64, session.Outputs[1].ElementType);
        OnnxModelMetadata metadata = session.ReadMetadata();
        Assert.Equal("canario-tests", metadata.Producer);
        Assert.Equal("test", metadata.GraphName);
        Assert.Equal(3, metadata.Version);
    }

    [Fact]
    public void Custom_metadata_comes_back()
    {
        using Session session = Load(Samples.Identity(1));
        Assert.Equal("test", session.ReadMetadata().Custom["purpose"]);
    }

    public static TheoryData<string> FixedSizeTypes => [.. Samples.Types.Keys.Where(type => type != "BYTES")];

    [Theory]
    [MemberData(nameof(FixedSizeTypes))]
    public void Every_type_of_fixed_size_goes_through_bit_for_bit(string name)
    {
        var type = (TensorElementType)Samples.Types[name];
        using Session session = Load(Samples.Identity((int)type));
        byte[] bytes = GC.AllocateArray<byte>(6 * TensorElementTypes.SizeOf(type), pinned: true);
        for (int i = 0; i < bytes.Length; i++) bytes[i] = type == TensorElementType.Bool ? (byte)(i & 1) : (byte)(i * 37 + 11);

        using OnnxValue input = OnnxValue.OverMemory(MemoryMarshal.CreateFromPinnedArray(bytes, 0, bytes.Length), type, [2, 3]);
        using PreparedRun run = session.Prepare(["x"], ["y"]);
        var outputs = new OnnxValue?[1];
        run.Run([input], outputs);
        using OnnxValue output = outputs[0]!;

        Assert.Equal(type, output.ReadTensorType(out long[] shape));
        Assert.Equal([2, 3], shape);
        Assert.Equal(bytes, output.Elements<byte>().ToArray());
    }

    [Fact]
    public void Strings_go_through_with_every_character()
    {
        using Session session = Load(Samples.Identity(8));
        string[] texts = ["", "plain", "añil", "日本", "🐤", "a\"b\\c\n"];
        using OnnxValue input = OnnxValue.FromStrings(texts, [2, 3]);
        using PreparedRun run = session.Prepare(["x"], ["y"]);
        var outputs = new OnnxValue?[1];
        run.Run([input], outputs);
        using OnnxValue output = outputs[0]!;
        Assert.Equal(texts, output.ReadStrings());
    }

    [Fact]
    public void A_string_that_the_library_would_cut_is_refused() =>
        Assert.Throws<ArgumentException>(() => OnnxValue.FromStrings(["a\0b"], [1]));

    [Fact]
    public void Memory_is_used_in_place()
    {
        using Session session = Load(Samples.Identity(1));
        byte[] bytes = new byte[8];
        using OnnxValue input = OnnxValue.OverMemory(bytes, TensorElementType.Float, [1, 2]);
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[1] = 42f;
        Assert.Equal([0f, 42f], input.Elements<float>().ToArray());
    }

    [Fact]
    public void Empty_and_scalar_tensors_are_values_too()
    {
        using Session session = Load(Samples.Identity(1));
        using OnnxValue empty = OnnxValue.OverMemory(Memory<byte>.Empty, TensorElementType.Float, [0, 3]);
        using PreparedRun run = session.Prepare(["x"], ["y"]);
        var outputs = new OnnxValue?[1];
        run.Run([empty], outputs);
        using OnnxValue output = outputs[0]!;
        Assert.True(output.Elements<float>().IsEmpty);

        using OnnxValue scalar = OnnxValue.OverMemory(new byte[4], TensorElementType.Float, []);
        Assert.Equal(1, scalar.Elements<float>().Length);
    }

    [Fact]
    public void Too_little_memory_for_a_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => OnnxValue.OverMemory(new byte[8], TensorElementType.Float, [1, 3]));

    [Fact]
    public void Outputs_may_be_selected()
    {
        using Session session = Load(Samples.Mlp(4, 8, 3));
        using OnnxValue input = OnnxValue.OverMemory(new byte[2 * 4 * 4], TensorElementType.Float, [2, 4]);
        using PreparedRun run = session.Prepare(["input"], ["label"]);
        var outputs = new OnnxValue?[1];
        run.Run([input], outputs);
        using OnnxValue label = outputs[0]!;
        Assert.Equal(2, label.Elements<long>().Length);
    }

    [Fact]
    public void Sequences_and_maps_can_be_taken_apart()
    {
        using Session session = Load(Samples.ZipMap());
        Assert.Equal(ValueKind.Sequence, session.Outputs[0].Kind);
        byte[] bytes = new byte[16];
        new float[] { 0.25f, 0.75f, 1f, 0f }.CopyTo(MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        using OnnxValue input = OnnxValue.OverMemory(bytes, TensorElementType.Float, [2, 2]);
        using PreparedRun run = session.Prepare(["x"], ["maps"]);
        var outputs = new OnnxValue?[1];
        run.Run([input], outputs);
        using OnnxValue sequence = outputs[0]!;
        Assert.Equal(ValueKind.Sequence, sequence.Kind);
        Assert.Equal(2, sequence.Count);
        using OnnxValue map = sequence[0];
        Assert.Equal(ValueKind.Map, map.Kind);
        using OnnxValue keys = map[0];
        using OnnxValue values = map[1];
        Assert.Equal(["no", "yes"], keys.ReadStrings());
        Assert.Equal([0.25f, 0.75f], values.Elements<float>().ToArray());
    }

    [Fact]
    public void Errors_carry_the_librarys_code_and_message()
    {
        string path = Path.Combine(_folder, "broken.onnx");
        File.WriteAllBytes(path, [1, 2, 3]);
        OnnxRuntimeException broken = Assert.Throws<OnnxRuntimeException>(() => new Session(path, new SessionOptions()));
        Assert.Equal(OrtErrorCode.InvalidProtobuf, broken.Code);
        OnnxRuntimeException missing = Assert.Throws<OnnxRuntimeException>(() => new Session(path + "x", new SessionOptions()));
        Assert.Equal(OrtErrorCode.NoSuchFile, missing.Code);

        using Session session = Load(Samples.Lookup());
        byte[] bytes = new byte[8];
        MemoryMarshal.Cast<byte, long>(bytes.AsSpan())[0] = 99;
        using OnnxValue input = OnnxValue.OverMemory(bytes, TensorElementType.Int64, [1]);
        using PreparedRun run = session.Prepare(["x"], ["y"]);
        OnnxRuntimeException outside = Assert.Throws<OnnxRuntimeException>(() => run.Run([input], new OnnxValue?[1]));
        Assert.Contains("99", outside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminated_run_fails_and_the_options_can_be_used_again()
    {
        using Session session = Load(Samples.Mlp(4, 8, 3));
        using OnnxValue input = OnnxValue.OverMemory(new byte[16], TensorElementType.Float, [1, 4]);
        using PreparedRun run = session.Prepare(["input"], ["label"]);
        using var options = new RunOptions();
        options.Terminate();
        var outputs = new OnnxValue?[1];
        Assert.Throws<OnnxRuntimeException>(() => run.Run([input], outputs, options));
        Assert.Null(outputs[0]);
        options.Reset();
        run.Run([input], outputs, options);
        outputs[0]!.Dispose();
    }

    [Fact]
    public void One_session_serves_many_threads()
    {
        using Session session = Load(Samples.Mlp(4, 8, 3));
        using PreparedRun run = session.Prepare(["input"], ["probabilities"]);
        Parallel.For(0, 2000, i =>
        {
            byte[] bytes = new byte[16];
            MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).Fill(i);
            using OnnxValue input = OnnxValue.OverMemory(bytes, TensorElementType.Float, [1, 4]);
            var outputs = new OnnxValue?[1];
            run.Run([input], outputs);
            using OnnxValue output = outputs[0]!;
            Assert.Equal(1f, output.Elements<float>().ToArray().Sum(), 1e-5f);
        });
    }
}
