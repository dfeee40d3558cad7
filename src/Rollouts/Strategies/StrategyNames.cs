namespace Canario.Rollouts;

public static class StrategyNames
{
    public const string Canary = "Canary";
    public const string BlueGreen = "BlueGreen";
    public const string RollingUpdate = "RollingUpdate";
    public const string Recreate = "Recreate";
    public const string Shadow = "Shadow";
    public const string AB = "AB";
}
