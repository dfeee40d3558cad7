namespace Canario.Router.Http1;

internal enum HeadResult
{
    NeedMore,
    Done,
    Malformed,
}
