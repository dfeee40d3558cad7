using System.Text;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Models;

/// <summary>Says what a file is that ONNX Runtime refused: its own words name the cause only to those who know protobuf.</summary>
internal static class NotAModel
{
    private const int Head = 64;
    private const int ShownCharacters = 40;

    public static string Explain(string shown, string path, OnnxRuntimeException refusal)
    {
        string own = $"ONNX Runtime refused the model ({refusal.Code}): {refusal.Message}";
        if (Explain(shown, path) is { } other) return $"{other}. {own}";
        return refusal.Message.Contains("opset", StringComparison.OrdinalIgnoreCase) || refusal.Message.Contains("IR version", StringComparison.OrdinalIgnoreCase)
            ? $"{shown} needs an ONNX version that ONNX Runtime {Session.RuntimeVersion} does not serve; export it with an older opset. {own}"
            : $"{shown}: {own}";
    }

    /// <summary>Null: it may be an ONNX file.</summary>
    public static string? Explain(string shown, string path) => WhatItIs(ReadHead(path)) is { } kind ? $"{shown} is not an ONNX file: {kind}" : null;

    private static string? WhatItIs(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return "it is empty";
        if (head.StartsWith("version https://git-lfs"u8)) return "it is a pointer of Git LFS; the real file was not checked out";
        if (head.StartsWith("PK\u0003\u0004"u8)) return "it is a zip archive, as PyTorch and Keras write";
        if (head.Length >= 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5) return "it is a Python pickle";
        if (head.Length >= 2 && head[0] == 0x1F && head[1] == 0x8B) return "it is packed with gzip";
        if (head.Length >= 8 && head[4..8].SequenceEqual("TFL3"u8)) return "it is a TensorFlow Lite model";
        if (head.Length >= 4 && head[0] == 0x89 && head[1..4].SequenceEqual("HDF"u8)) return "it is an HDF5 file, as Keras writes";
        foreach (byte octet in head)
        {
            if (octet is < 9 or > 126 or (> 13 and < 32)) return null;
        }

        string text = Encoding.ASCII.GetString(head).ReplaceLineEndings(" ");
        return $"it is text that begins with '{(text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…")}'";
    }

    private static byte[] ReadHead(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[Head];
            return head[..file.ReadAtLeast(head, Head, throwOnEndOfStream: false)];
        }
        catch (IOException)
        {
            return [0];
        }
    }
}
