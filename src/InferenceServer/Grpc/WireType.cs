namespace Canario.InferenceServer.Grpc;

/// <summary>How a protobuf field's value is written.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}
