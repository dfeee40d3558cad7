using System.Globalization;
using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>A number, or a string such as <c>25%</c> or the name of a port.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    public IntOrString(int value) => Number = value;

    public IntOrString(string value) => Text = value;

    public int? Number { get; }
    public string? Text { get; }

    public static implicit operator IntOrString(int value) => new(value);

    public static implicit operator IntOrString(string value) => new(value);

    public static IntOrString FromInt32(int value) => new(value);

    public static IntOrString FromString(string value) => new(value);

    public override string ToString() => Text ?? (Number ?? 0).ToString(CultureInfo.InvariantCulture);
}
