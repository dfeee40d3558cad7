namespace Canario.InferenceServer.Models.Weights;

/// <summary>Messages of <see href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto"/> that tensors can be in.</summary>
internal enum OnnxMessage
{
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    SparseTensor,
    Tensor,
}
