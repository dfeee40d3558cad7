using System.Runtime.InteropServices;

namespace Canario.OnnxRuntime.Tests;

public sealed class SharedTensorTests
{
    [Fact]
    public void Rows_are_parts_of_one_memory()
    {
        using SharedTensor tensor = Tensor();
        using OnnxValue first = tensor.Rows(0, 1);
        using OnnxValue others = tensor.Rows(1, 2);
        Assert.Equal([0f, 1], first.Elements<float>().ToArray());
        Assert.Equal([2f, 3, 4, 5], others.Elements<float>().ToArray());
        Assert.Equal(TensorElementType.Float, others.ReadTensorType(out long[] shape));
        Assert.Equal([2, 2], shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Rows(2, 2));
    }

    [Fact]
    public void Rows_that_are_disposed_may_become_rows_of_another_tensor()
    {
        OnnxValue part;
        using (SharedTensor tensor = Tensor()) part = tensor.Rows(0, 1);
        // The tensor lives as long as its last part.
        Assert.Equal([0f, 1], part.Elements<float>().ToArray());
        part.Dispose();
        part.Dispose();
        Assert.Throws<ObjectDisposedException>(() => part.ReadTensorType(out _));

        using SharedTensor other = Tensor();
        Assert.Same(part, other.Rows(1, 2, part));
        Assert.Equal([2f, 3, 4, 5], part.Elements<float>().ToArray());
        part.Dispose();
    }

    [Fact]
    public void Rows_in_use_are_not_taken_for_others()
    {
        using SharedTensor tensor = Tensor();
        using OnnxValue part = tensor.Rows(0, 1);
        Assert.Throws<InvalidOperationException>(() => tensor.Rows(1, 1, part));
        Assert.Equal([0f, 1], part.Elements<float>().ToArray());
    }

    /// <summary>Three rows of two: 0 to 5.</summary>
    private static SharedTensor Tensor()
    {
        byte[] memory = GC.AllocateArray<byte>(6 * sizeof(float), pinned: true);
        for (int i = 0; i < 6; i++) MemoryMarshal.Cast<byte, float>(memory.AsSpan())[i] = i;
        return OnnxValue.OverMemory(memory, TensorElementType.Float, [3, 2]).Share();
    }
}
