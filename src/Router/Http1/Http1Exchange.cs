using System.Text;
using Canario.Loops;
using Canario.Router.Fields;
using Canario.Router.Forwarding;
using Canario.Router.Mirroring;
using Canario.Router.Routing;
using Canario.Telemetry;

namespace Canario.Router.Http1;

/// <summary>A request under way. One a client's connection, used again for each request.</summary>
internal sealed class Http1Exchange(ClientLoop home, LoopSocket client, ReceiveBuffer input, byte[] remoteAddress) : IExchange, ISocketWatcher
{
    private readonly byte[] _requestId = new byte[RequestIds.MaximumLength];
    private int _requestIdLength;
    private UpstreamConnection? _upstream;

    public EventLoop Loop => home.Loop;

    public LoopSocket Client => client;

    public DateField Date => home.Date;

    public RequestHead Head { get; } = new();

    public ClientBody Body { get; } = new(home.Loop, client, input, home.Server.Options.Client, home.Server.Options.MaxBodyBytes);

    /// <summary>First the request's head, later the answer.</summary>
    public OutputBuffer Output { get; } = new(home.Loop);

    public ReadOnlySpan<byte> RemoteAddress => remoteAddress;

    public ReadOnlySpan<byte> RequestIdBytes => _requestId.AsSpan(0, _requestIdLength);

    public long Started { get; private set; }

    /// <summary>Some of the answer may be with the client.</summary>
    public bool AnswerStarted { get; private set; }

    public bool ClientGone { get; private set; }

    public bool WasLost { get; private set; }

    /// <summary>The connection goes on after this request.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>What the answer says of it: as a line's end and another line, or nothing.</summary>
    public ReadOnlySpan<byte> ConnectionField => !KeepsAlive ? "\r\nConnection: close"u8 : Head.IsHttp10 ? "\r\nConnection: keep-alive"u8 : default;

    /// <summary>null, nearly always: this request is not copied.</summary>
    public MirrorCopy? Copy { get; private set; }

    public IRequestFields Fields => Head;

    string IExchange.Method => Encoding.ASCII.GetString(Head.Method);

    string IExchange.Target => Encoding.ASCII.GetString(Head.Target);

    string IExchange.RequestId => Encoding.ASCII.GetString(RequestIdBytes);

    /// <summary>The head has been read.</summary>
    public void Begin()
    {
        Begin(Head.KeepAlive && !home.Server.IsClosing);
        ReadOnlySpan<byte> id = default;
        foreach (ref readonly var field in Head.Fields.All)
        {
            if (field.Kind == FieldKind.RequestId) id = FieldLines.ValueOf(Head.Bytes, field);
        }
        _requestIdLength = RequestIds.Accept(id, _requestId);
        Body.Begin(Head);
    }

    /// <summary>The head could not be read.</summary>
    public void BeginMalformed()
    {
        Head.Drop();
        Begin(keepsAlive: false);
        _requestIdLength = RequestIds.Accept(default, _requestId);
    }

    public void CloseAfter() => KeepsAlive = false;

    /// <summary>A server took its connection, perhaps all of it, and ended.</summary>
    /// <returns>False: it is not the first.</returns>
    public bool TryLose() => !WasLost && (WasLost = true);

    /// <summary>From now on a client that leaves takes the connection down.</summary>
    /// <returns>False: it left already.</returns>
    public bool Attach(UpstreamConnection connection)
    {
        _upstream = connection;
        return !ClientGone;
    }

    public void Detach() => _upstream = null;

    /// <summary>The client's connection ended, or went on with the next request: that is left where it is until this one is answered.</summary>
    public void Disturbed()
    {
        if (client.HasHungUp) GiveUp();
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void GiveUp()
    {
        ClientGone = true;
        _upstream?.Socket.Dispose();
    }

    /// <summary>Sends what has been put together of the answer.</summary>
    /// <returns>False: the client is gone, or takes it too slowly.</returns>
    public ValueTask<bool> SendAsync()
    {
        AnswerStarted = true;
        var options = home.Server.Options.Client;
        var sending = client.SendAsync(Output.Memory, Loop.After(options.Grace + TimeSpan.FromSeconds((double)Output.Length / options.LeastBytesASecond)));
        if (!sending.IsCompletedSuccessfully) return AwaitAsync(sending);
        bool sent = sending.Result;
        AfterSend(sent);
        return new ValueTask<bool>(sent);
    }

    public EndpointSet EndpointsOf(Service service) => service.Http;

    public ValueTask<Outcome> TryAsync(Route route, Backend backend, Endpoint endpoint, bool fresh) => home.Server.Forwarder.TryAsync(this, route, backend, endpoint, fresh);

    public void BeginCopy(Mirror mirror)
    {
        if (!MirroredRequests.Include(Head, mirror)) return;
        Copy = Body.Copy = mirror.TryBegin();
    }

    public void EndCopy(Route route, Backend served, Outcome outcome)
    {
        if (Copy is not { } copy) return;
        Copy = Body.Copy = null;
        if (copy.TryWrite(this, served, outcome, route.Timeout)) home.Server.Copies.Send(copy);
    }

    public async ValueTask FailAsync(Outcome outcome, Backend backend)
    {
        // Only breaking the connection tells that the body is not whole.
        if (AnswerStarted) client.Break();
        else if (!ClientGone) await RefuseAsync(outcome.Code, outcome.Reason!, backend);
    }

    /// <summary>Answers for a server that did not.</summary>
    /// <param name="backend">null: none was chosen.</param>
    public async ValueTask RefuseAsync(int code, string reason, Backend? backend)
    {
        if (reason == Reasons.BadRequest || !Body.TrySkip()) CloseAfter();
        Output.Clear();
        Refusal.Write(Output, this, code, reason, backend);
        await SendAsync();
    }

    private void Begin(bool keepsAlive)
    {
        Started = home.Time.GetTimestamp();
        AnswerStarted = false;
        WasLost = false;
        KeepsAlive = keepsAlive;
        ClientGone = client.HasHungUp;
    }

    private async ValueTask<bool> AwaitAsync(ValueTask<bool> sending)
    {
        bool sent = await sending;
        AfterSend(sent);
        return sent;
    }

    private void AfterSend(bool sent)
    {
        Output.Clear();
        if (!sent) ClientGone = true;
    }
}
