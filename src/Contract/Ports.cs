namespace Canario.Contract;

/// <summary>TCP ports of the processes.</summary>
public static class Ports
{
    /// <summary>Inference server: HTTP/1.1 for REST, health and metrics.</summary>
    public const int InferenceHttp = 8080;

    /// <summary>Inference server: HTTP/2 clear text with prior knowledge, for gRPC.</summary>
    public const int InferenceGrpc = 8081;

    /// <summary>Router and operator: health, metrics and the served configuration.</summary>
    public const int Admin = 9090;

    /// <summary>First of the ports that a router gives to ModelDeployments, two each: the even one for HTTP/1.1, the odd one after it for HTTP/2.</summary>
    public const int FirstListener = 20000;

    /// <summary>One past the last listener port. 5,000 ModelDeployments a namespace.</summary>
    public const int EndListener = 30000;

    public const string HttpName = "http";
    public const string GrpcName = "grpc";
    public const string AdminName = "admin";
}
