using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Grpc;

/// <summary>Four elements of a datatype of the specification's table, its extremes among them, in each form that it has.</summary>
/// <param name="Datatype">By the specification's name.</param>
/// <param name="Field">Of InferTensorContents; empty: it has none.</param>
/// <param name="Values">JSON for that field, as the client takes and gives it.</param>
/// <param name="Raw">As raw contents.</param>
internal sealed record DatatypeSample(string Datatype, string Field, string Values, byte[] Raw)
{
    private static readonly string[] s_texts = ["", "a", "\U0001f424", "\"\\\n"];

    /// <summary>The table, and BF16, which open_inference_grpc.proto names beside FP16.</summary>
    public static DatatypeSample[] All { get; } =
    [
        Of<byte>("BOOL", "bool_contents", "[false,true,true,false]", 0, 1, 1, 0),
        Of<byte>("UINT8", "uint_contents", "[0,255,1,128]", 0, 255, 1, 128),
        Of<ushort>("UINT16", "uint_contents", "[0,65535,1,256]", 0, 65535, 1, 256),
        Of<uint>("UINT32", "uint_contents", "[0,4294967295,1,65536]", 0, uint.MaxValue, 1, 65536),
        Of<ulong>("UINT64", "uint64_contents", """["0","18446744073709551615","1","9223372036854775808"]""", 0, ulong.MaxValue, 1, 1UL << 63),
        Of<sbyte>("INT8", "int_contents", "[-128,127,0,-1]", -128, 127, 0, -1),
        Of<short>("INT16", "int_contents", "[-32768,32767,0,-1]", -32768, 32767, 0, -1),
        Of<int>("INT32", "int_contents", "[-2147483648,2147483647,0,-1]", int.MinValue, int.MaxValue, 0, -1),
        Of<long>("INT64", "int64_contents", """["-9223372036854775808","9223372036854775807","0","-1"]""", long.MinValue, long.MaxValue, 0, -1),
        Of<Half>("FP16", "", "", Half.NegativeZero, Half.MaxValue, Half.Epsilon, Half.NaN),
        Of<ushort>("BF16", "", "", 0x8000, 0x7F7F, 0x0001, 0x7FC0),
        Of<float>("FP32", "fp32_contents", "[-0.5,3.4028234663852886e+38,1.401298464324817e-45,16777216]", -0.5f, float.MaxValue, float.Epsilon, 16777216),
        Of<double>("FP64", "fp64_contents", "[0.1,1.7976931348623157e+308,5e-324,-2]", 0.1, double.MaxValue, double.Epsilon, -2),
        new("BYTES", "bytes_contents", new JsonArray([.. s_texts.Select(text => JsonValue.Create(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))))]).ToJsonString(),
            [.. s_texts.SelectMany(text => (byte[])[.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)])]),
    ];

    public string Input => "in " + Datatype;

    public string Output => "out " + Datatype;

    /// <summary>A model with an input of each datatype, in their order, and an output equal to it.</summary>
    public static byte[] Model(IEnumerable<DatatypeSample> datatypes)
    {
        var graph = new OnnxGraph();
        foreach (DatatypeSample sample in datatypes)
        {
            int type = Samples.Types[sample.Datatype];
            graph.Input(sample.Input, type, "n " + sample.Datatype, 2).Output(sample.Output, type, "n " + sample.Datatype, 2).Node("Identity", [sample.Input], [sample.Output]);
        }

        return graph.Build();
    }

    private static DatatypeSample Of<T>(string datatype, string field, string values, params ReadOnlySpan<T> elements) where T : unmanaged =>
        new(datatype, field, values, MemoryMarshal.AsBytes(elements).ToArray());
}
