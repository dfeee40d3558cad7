using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record SecretKeySettings
{
    [Schema("Name of the Secret.", Required = true, MinLength = 1, MaxLength = 253, Pattern = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$")]
    public string Name { get; set; } = "";

    [Schema("Key in the Secret.", Required = true, MinLength = 1, MaxLength = 253, Pattern = "^[-._a-zA-Z0-9]+$")]
    public string Key { get; set; } = "";
}
