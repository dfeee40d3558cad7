namespace Canario.InferenceServer.Rows;

/// <summary>One row as it came.</summary>
/// <param name="Json">An object of features; valid until more is read.</param>
/// <param name="Error">What is wrong with the row before it is looked into; null: nothing.</param>
internal readonly record struct RowText(ReadOnlyMemory<byte> Json, string? Error = null);
