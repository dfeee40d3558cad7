namespace Canario.Training.Data;

/// <summary>A measurement. <c>Default</c> is the data's median and stands for what was not measured.</summary>
internal sealed record NumberColumn(string Name, string Description, double Minimum, double Maximum, double Default, Func<Penguin, double?> Read);
