using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record BlueGreenSettings
{
    [Schema("How long the new side stands ready, without traffic, before the switch. Default: not at all.")]
    public HoldSettings? Hold { get; set; }

    [Schema("Make a Service <name>-preview that reaches the new side before the switch.")]
    public bool PreviewService { get; set; } = true;
}
