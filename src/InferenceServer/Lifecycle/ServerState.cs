using Canario.InferenceServer.Models;

namespace Canario.InferenceServer.Lifecycle;

/// <summary>What the server is doing, as requests and probes see it.</summary>
internal sealed class ServerState
{
    private volatile ServedModel? _model;
    private volatile bool _draining;
    private volatile string? _failure;

    /// <summary>Null until it is loaded.</summary>
    public ServedModel? Model => _model;
    public bool IsDraining => _draining;
    public string? Failure => _failure;
    public int ExitCode { get; private set; }

    public ServerPhase Phase => _failure is not null ? ServerPhase.Failed
        : _draining ? ServerPhase.Draining
        : _model is null ? ServerPhase.Loading
        : ServerPhase.Ready;

    public void Serve(ServedModel model) => _model = model;

    public void Drain() => _draining = true;

    public void Fail(int exitCode, string reason)
    {
        ExitCode = exitCode;
        _failure = reason;
    }
}
