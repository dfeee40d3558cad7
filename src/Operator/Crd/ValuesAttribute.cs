namespace Canario.Operator.Crd;

/// <summary>The values that a string field may have. Strings and not C# enums: a bad value is then a message, not a document that cannot be read.</summary>
[AttributeUsage(AttributeTargets.Property)]
sealed class ValuesAttribute(params string[] values) : Attribute
{
    public string[] Values { get; } = values;
}
