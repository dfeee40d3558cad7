using Canario.Router.Fields;

namespace Canario.Router.Http1;

/// <summary>A header line, as positions in the bytes of its head.</summary>
internal readonly record struct Field(int Start, int NameLength, int ValueStart, int ValueLength, int Length, FieldKind Kind);
