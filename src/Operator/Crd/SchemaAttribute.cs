namespace Canario.Operator.Crd;

/// <summary>What the CRD says of a field. The default is the C# initialiser; the type is the C# type.</summary>
/// <param name="description">What <c>kubectl explain</c> prints.</param>
[AttributeUsage(AttributeTargets.Property)]
sealed class SchemaAttribute(string description) : Attribute
{
    public string Description { get; } = description;
    public bool Required { get; init; }
    public double Minimum { get; init; } = double.NaN;
    public double Maximum { get; init; } = double.NaN;
    public int MinLength { get; init; } = -1;
    public int MaxLength { get; init; } = -1;
    public int MinItems { get; init; } = -1;

    /// <summary>Bounds lists and maps; CEL's cost estimate needs it on every list that a rule walks.</summary>
    public int MaxItems { get; init; } = -1;
    public string? Pattern { get; init; }

    /// <summary>Key of a list that the API server treats as a map.</summary>
    public string? MapKey { get; init; }

    /// <summary>Elements of a list of strings are unique.</summary>
    public bool Set { get; init; }

    /// <summary>An object that the API server stores whole, whatever is in it.</summary>
    public bool Opaque { get; init; }
}
