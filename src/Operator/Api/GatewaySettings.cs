using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record GatewaySettings
{
    [Schema("The Gateway's.", Required = true, MinLength = 1, MaxLength = 253)]
    public string Name { get; set; } = "";

    [Schema("Default: the model's.", MaxLength = 63)]
    public string? Namespace { get; set; }

    [Schema("One of its listeners.", MaxLength = 253)]
    public string? SectionName { get; set; }

    [Schema("Default: the listeners'.", MaxItems = Limits.Hostnames)]
    public IReadOnlyList<string> Hostnames { get; set; } = [];

    [Schema("Prefix, taken off on the way.", MaxLength = Limits.PathLength)]
    public string? Path { get; set; }
}
