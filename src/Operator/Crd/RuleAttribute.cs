namespace Canario.Operator.Crd;

/// <summary>A CEL rule of the CRD, on 1.25 and later. <see cref="Api.SpecValidator"/> checks the same on any cluster.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
sealed class RuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;
    public string Message { get; } = message;
}
