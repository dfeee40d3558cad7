namespace Canario.Router.Forwarding;

internal enum HeadResult
{
    NeedMore,
    Done,
    Malformed,
}
