using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Models.Weights;

/// <summary>Finds the files that an ONNX file keeps weights in (ONNX's external data), without reading the weights that are inside.</summary>
internal sealed class ExternalData
{
    /// <summary>Exporters write one file, or one a tensor of those that are large.</summary>
    public const int MaximumFiles = 1000;

    // Messages within messages; protobuf's own reader goes no deeper.
    private const int MaximumDepth = 100;
    private const int MaximumKeyBytes = 16;

    private readonly ProtoFile _file;
    private readonly string _shown;
    private readonly HashSet<string> _locations = new(StringComparer.Ordinal);

    private ExternalData(ProtoFile file, string shown)
    {
        _file = file;
        _shown = shown;
    }

    /// <summary>Paths of the files, relative to the model's folder, in order. None also where the file is no ONNX file: ONNX Runtime says what it is.</summary>
    /// <param name="path">Of the ONNX file.</param>
    /// <param name="shown">The same for people.</param>
    /// <param name="cancellation">Ends the wait for who has it alone.</param>
    /// <exception cref="ModelLoadException">A file may not be named so, or there are too many.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(string path, string shown, CancellationToken cancellation)
    {
        await using FileStream content = await ModelCache.OpenAsync(path, cancellation);
        var file = new ProtoFile(content.SafeFileHandle);
        var data = new ExternalData(file, shown);
        try
        {
            data.Read(OnnxMessage.Model, file.Length, 1);
        }
        catch (InvalidDataException)
        {
            return [];
        }

        string[] locations = [.. data._locations.Order(StringComparer.Ordinal)];
        WeightLocation.RequireApart(locations, shown);
        return locations;
    }

    private void Read(OnnxMessage message, long end, int depth)
    {
        if (depth > MaximumDepth) throw new InvalidDataException("it is nested too deep");
        string location = "";
        bool isOutside = false;
        while (_file.Position < end)
        {
            ulong tag = _file.TakeVarint(end);
            int type = (int)(tag & 7);
            ulong field = tag >> 3;
            if (type == 2 && ChildOf(message, field) is { } child) Read(child, _file.TakeLength(end), depth + 1);
            else if (message == OnnxMessage.Tensor && (field, type) == (13, 2)) location = ReadEntry(_file.TakeLength(end)) ?? location;
            else if (message == OnnxMessage.Tensor && (field, type) == (14, 0)) isOutside = _file.TakeVarint(end) == 1;
            else _file.Skip(type, end);
        }

        if (!isOutside) return;
        _locations.Add(WeightLocation.Require(location, _shown));
        if (_locations.Count > MaximumFiles) throw new ModelLoadException(ExitCodes.ModelLoadFailed, $"{_shown} keeps its weights in more than {MaximumFiles} files");
    }

    /// <summary>A StringStringEntryProto; null: it is about something else, such as the offset in the file.</summary>
    private string? ReadEntry(long end)
    {
        string key = "";
        string value = "";
        while (_file.Position < end)
        {
            ulong tag = _file.TakeVarint(end);
            if (tag == (1 << 3 | 2)) key = Encoding.UTF8.GetString(_file.TakeBytes(_file.TakeLength(end), MaximumKeyBytes));
            else if (tag == (2 << 3 | 2)) value = Encoding.UTF8.GetString(_file.TakeBytes(_file.TakeLength(end), WeightLocation.MaximumBytes + 1));
            else _file.Skip((int)(tag & 7), end);
        }

        return key == "location" ? value : null;
    }

    private static OnnxMessage? ChildOf(OnnxMessage message, ulong field) => (message, field) switch
    {
        (OnnxMessage.Model, 7) => OnnxMessage.Graph,
        (OnnxMessage.Model, 25) => OnnxMessage.Function,
        (OnnxMessage.Graph, 1) or (OnnxMessage.Function, 7) => OnnxMessage.Node,
        (OnnxMessage.Graph, 5) => OnnxMessage.Tensor,
        (OnnxMessage.Graph, 15) => OnnxMessage.SparseTensor,
        (OnnxMessage.Node, 5) or (OnnxMessage.Function, 11) => OnnxMessage.Attribute,
        (OnnxMessage.Attribute, 5 or 10) => OnnxMessage.Tensor,
        (OnnxMessage.Attribute, 6 or 11) => OnnxMessage.Graph,
        (OnnxMessage.Attribute, 22 or 23) => OnnxMessage.SparseTensor,
        (OnnxMessage.SparseTensor, 1 or 2) => OnnxMessage.Tensor,
        _ => null,
    };
}
