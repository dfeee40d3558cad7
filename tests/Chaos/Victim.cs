namespace Canario.Chaos;

/// <summary>What is killed.</summary>
internal enum Victim
{
    /// <summary>One of the operator's pods, without grace: the leader or the other one.</summary>
    Operator,

    /// <summary>One router, as an eviction would end it: it drains.</summary>
    Router,

    /// <summary>One pod of the stable side, as an eviction would end it.</summary>
    Stable,

    /// <summary>One pod of the side on trial, with or without grace.</summary>
    Candidate,

    /// <summary>The API server, by SIGKILL; started again seconds later.</summary>
    ApiServer,

    /// <summary>Prometheus, by SIGKILL; started again seconds later.</summary>
    Prometheus,
}
