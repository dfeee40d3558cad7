namespace Canario.InferenceServer.Models.Sources;

/// <summary>Where a model's files are.</summary>
/// <param name="name">One of <see cref="Contract.ModelFiles"/>, where the ONNX file may have another name in its place; or the path of weights, relative to the model's folder and not encoded.</param>
/// <returns>Null: the place is known to have no such file.</returns>
internal delegate SourceFile? ModelPlace(string name);
