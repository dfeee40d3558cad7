using Canario.Router.Forwarding;

namespace Canario.Router.Http1;

/// <summary>Streams a request's body to the server, beside the answer: a server may answer before it has read all.</summary>
internal sealed class RequestUpload(UpstreamConnection connection, Http1Exchange x, TimeSpan timeout, TimeSpan stall)
{
    private readonly OutputBuffer _output = new(x.Loop);
    private Task _running = Task.CompletedTask;
    private bool _stopped;

    /// <summary>The whole body is with the server.</summary>
    public bool IsComplete { get; private set; }

    public bool SentNothing { get; private set; } = true;

    /// <summary>Status for a client whose body broke off or is malformed.</summary>
    public int? ClientFault { get; private set; }

    public void Start() => _running = RunAsync();

    /// <summary>Nothing is sent any more.</summary>
    public async ValueTask StopAsync()
    {
        _stopped = true;
        if (_running.IsCompleted) return;
        connection.Socket.Dispose();
        x.Client.CancelReceive();
        await _running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stopped)
            {
                int start = x.Body.IsChunked ? _output.BeginChunk() : 0;
                var part = await x.Body.ReadAsync(_output);
                if (part is not BodyPart.Some and not BodyPart.Last)
                {
                    Blame(part);
                    return;
                }
                if (_stopped) return;
                if (x.Body.IsChunked) _output.EndChunk(start);
                if (x.Body.IsChunked && part == BodyPart.Last) _output.Write("0\r\n\r\n"u8);
                SentNothing = false;
                // Else the server reads no more; its answer may be on its way all the same.
                if (!await connection.Socket.SendAsync(_output.Memory, x.Loop.After(stall))) return;
                _output.Clear();
                if (part != BodyPart.Last) continue;
                IsComplete = true;
                if (!x.AnswerStarted) connection.Socket.ReceiveDeadline = x.Loop.After(timeout);
                return;
            }
        }
        finally
        {
            _output.Clear();
        }
    }

    private void Blame(BodyPart part)
    {
        if (_stopped) return;
        ClientFault = part switch
        {
            BodyPart.Malformed => 400,
            BodyPart.TooLarge => 413,
            BodyPart.TooSlow => 408,
            _ => Outcome.ClientGone,
        };
        // Whatever the server makes of what it got, it is not what the client meant.
        connection.Socket.Dispose();
    }
}
