namespace Canario.Training.Data;

/// <summary>A category. Row i of <c>Codes</c> is what the model sees for the i-th category.</summary>
internal sealed record CategoryColumn(string Name, string Description, string[] Categories, double[][] Codes, string? Default, Func<Penguin, string?> Read)
{
    public int Width => Codes[0].Length;

    public double[] Encode(Penguin row)
    {
        var value = Read(row) ?? Default ?? throw new InvalidDataException($"{Name} has no value and no default");
        var index = Array.IndexOf(Categories, value);
        return index >= 0 ? Codes[index] : throw new InvalidDataException($"{Name} is \"{value}\"; it may be {string.Join(", ", Categories)}");
    }
}
