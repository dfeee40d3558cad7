using System.Globalization;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Api;

/// <summary>Numbers of pods that may be given as a share of replicas, as Kubernetes' Deployments take them.</summary>
static class PodCounts
{
    /// <summary>Null for a text that is no share from 0% to 100%.</summary>
    public static int? Resolve(IntOrString value, int replicas, bool roundUp) =>
        value.Text is null ? value.Number ?? 0
        : PercentOf(value.Text) is { } percent ? (int)(((long)replicas * percent + (roundUp ? 99 : 0)) / 100)
        : null;

    static int? PercentOf(string text) =>
        text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 ? percent : null;
}
