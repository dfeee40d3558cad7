namespace Canario.Operator.Api;

static class Annotations
{
    /// <summary>On a ModelDeployment: <c>&lt;action&gt;/&lt;revision&gt;/&lt;nonce&gt;</c>.</summary>
    public const string Command = "canario.dev/command";

    /// <summary>On a ModelDeployment: a nonce; another one than the last trains the model anew.</summary>
    public const string Retrain = "canario.dev/retrain";

    /// <summary>On a ModelDeployment: the id of the retraining that its spec answers. On a Job and its pods: the id of theirs.</summary>
    public const string RetrainingId = "canario.dev/retraining-id";

    /// <summary>On a revision's Deployment: the snapshot's JSON, from which a deleted ControllerRevision is made again.</summary>
    public const string Snapshot = "canario.dev/snapshot";

    /// <summary>On a revision's Deployment: its replicas are an autoscaler's, and not among what the operator applies.</summary>
    public const string Autoscaled = "canario.dev/autoscaled";

    /// <summary>On router pods: hash of what must restart them. Nothing restarts them by itself otherwise.</summary>
    public const string RouterTemplate = "canario.dev/router-template";
}
