namespace Canario.Training.Learning;

/// <summary>y = x W + b, with Adam's moments beside the weights (Kingma and Ba, 2015). W is row-major, [inputs, outputs].</summary>
internal sealed class Layer
{
    private readonly double[] weightGradients, biasGradients, firstMoments, secondMoments;

    public Layer(int inputs, int outputs, SplitMix64 random)
    {
        (Inputs, Outputs) = (inputs, outputs);
        (Weights, Biases) = (new double[inputs * outputs], new double[outputs]);
        (weightGradients, biasGradients) = (new double[Weights.Length], new double[outputs]);
        (firstMoments, secondMoments) = (new double[Weights.Length + outputs], new double[Weights.Length + outputs]);
        // Glorot's uniform bound keeps the variance of activations over layers.
        var bound = Math.Sqrt(6.0 / (inputs + outputs));
        for (var i = 0; i < Weights.Length; i++)
            Weights[i] = (2 * random.Unit() - 1) * bound;
    }

    public int Inputs { get; }
    public int Outputs { get; }
    public double[] Weights { get; }
    public double[] Biases { get; }

    public double[] Forward(double[] x)
    {
        var y = (double[])Biases.Clone();
        for (var i = 0; i < Inputs; i++)
        {
            if (x[i] == 0)
                continue;
            var row = i * Outputs;
            for (var j = 0; j < Outputs; j++)
                y[j] += x[i] * Weights[row + j];
        }
        return y;
    }

    /// <summary>Adds one row's gradients and returns the gradient of the input.</summary>
    public double[] Backward(double[] x, double[] dy)
    {
        var dx = new double[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            var row = i * Outputs;
            for (var j = 0; j < Outputs; j++)
            {
                dx[i] += dy[j] * Weights[row + j];
                weightGradients[row + j] += x[i] * dy[j];
            }
        }
        for (var j = 0; j < Outputs; j++)
            biasGradients[j] += dy[j];
        return dx;
    }

    public void Step(int rows, double rate, double decay, double firstPower, double secondPower)
    {
        for (var i = 0; i < Weights.Length; i++)
            Weights[i] -= Update(i, weightGradients[i] / rows + decay * Weights[i], rate, firstPower, secondPower);
        for (var j = 0; j < Outputs; j++)
            Biases[j] -= Update(Weights.Length + j, biasGradients[j] / rows, rate, firstPower, secondPower);
        Array.Clear(weightGradients);
        Array.Clear(biasGradients);
    }

    /// <summary>The model file holds single precision; what is measured here must be what is served.</summary>
    public void RoundToSingle()
    {
        for (var i = 0; i < Weights.Length; i++)
            Weights[i] = (float)Weights[i];
        for (var j = 0; j < Outputs; j++)
            Biases[j] = (float)Biases[j];
    }

    private double Update(int index, double gradient, double rate, double firstPower, double secondPower)
    {
        firstMoments[index] = Network.FirstDecay * firstMoments[index] + (1 - Network.FirstDecay) * gradient;
        secondMoments[index] = Network.SecondDecay * secondMoments[index] + (1 - Network.SecondDecay) * gradient * gradient;
        return rate * (firstMoments[index] / (1 - firstPower)) / (Math.Sqrt(secondMoments[index] / (1 - secondPower)) + 1e-8);
    }
}
