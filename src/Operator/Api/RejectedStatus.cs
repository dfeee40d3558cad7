using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record RejectedStatus
{
    [Schema("The revision.", Required = true)]
    public string Revision { get; set; } = "";

    [Schema("Gate type, pod failure or command that decided.")]
    public string? Reason { get; set; }

    [Schema("The evidence, with the numbers.")]
    public string? Message { get; set; }

    [Schema("When.")]
    public DateTimeOffset? At { get; set; }

    [Schema("Which attempt it was, from 1.")]
    public int? Attempt { get; set; }
}
