namespace Canario.OnnxRuntime;

/// <summary>ONNX Runtime refused a call. The message is the library's own.</summary>
#pragma warning disable CA1032 // An error without a code does not exist here.
public sealed class OnnxRuntimeException(OrtErrorCode code, string message) : Exception(message)
#pragma warning restore CA1032
{
    public OrtErrorCode Code { get; } = code;
}
