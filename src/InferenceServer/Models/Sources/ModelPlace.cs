namespace Canario.InferenceServer.Models.Sources;

/// <summary>Where a model's files are.</summary>
/// <param name="name">One of <see cref="Contract.ModelFiles"/>; the ONNX file may have another name in its place.</param>
/// <returns>Null: the place is known to have no such file.</returns>
internal delegate SourceFile? ModelPlace(string name);
