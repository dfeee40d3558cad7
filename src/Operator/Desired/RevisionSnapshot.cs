using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>What a revision is, for ever: the data of its ControllerRevision. Made once, when spec first asks for it.</summary>
sealed record RevisionSnapshot
{
    public const int CurrentSchema = 1;

    public int SchemaVersion { get; set; } = CurrentSchema;
    public ModelSpec Model { get; set; } = new();

    /// <summary>Its image is the one resolved when the revision was made, so that an operator with another default image restarts no pod.</summary>
    public ServerSpec Server { get; set; } = new();

    /// <summary>The pods as built when the revision was made: an operator that builds them differently restarts none. Null when rebuilt from a Deployment's annotation.</summary>
    public PodTemplateSpec? Template { get; set; }
}
