namespace Canario.Contract;

/// <summary>Exit codes of the inference server that the operator reads from a pod's terminated state; the termination message says more.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int BadConfiguration = 2;
    /// <summary>The model could not be fetched: unreachable, forbidden, too large.</summary>
    public const int ModelUnavailable = 10;
    /// <summary>The model's bytes are not the ones asked for.</summary>
    public const int WrongDigest = 11;
    /// <summary>ONNX Runtime refused the model.</summary>
    public const int ModelLoadFailed = 12;
    /// <summary>Warm-up or golden requests failed.</summary>
    public const int WarmUpFailed = 13;
    /// <summary>Batch: the input cannot be read, or is not the one that the batch began with.</summary>
    public const int BatchInputFailed = 20;
    /// <summary>Batch: a row has no prediction, and was told to have one.</summary>
    public const int BatchRowRefused = 21;
    /// <summary>Batch: the output cannot be written.</summary>
    public const int BatchOutputFailed = 22;
    /// <summary>Batch: ended by SIGTERM before it was complete; started again, it goes on. As a shell reports the signal.</summary>
    public const int BatchTerminated = 143;
}
