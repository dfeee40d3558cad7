namespace Canario.Training.Learning;

/// <summary>A linear model, or one hidden layer of rectified units. Trained on full batches, so that the order of rows is all the order there is.</summary>
internal sealed class Network
{
    public const double FirstDecay = 0.9;
    public const double SecondDecay = 0.999;

    private readonly bool classifies;

    public Network(int inputs, int hidden, int outputs, bool classifies, ulong seed)
    {
        var random = new SplitMix64(seed);
        this.classifies = classifies;
        Layers = hidden == 0
            ? [new Layer(inputs, outputs, random)]
            : [new Layer(inputs, hidden, random), new Layer(hidden, outputs, random)];
    }

    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Targets: one-hot for a classifier, one number a row for a regression.</summary>
    public Network Train(double[][] rows, double[][] targets, int epochs, double rate, double decay)
    {
        double firstPower = 1, secondPower = 1;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            for (var i = 0; i < rows.Length; i++)
                Accumulate(rows[i], targets[i]);
            firstPower *= FirstDecay;
            secondPower *= SecondDecay;
            foreach (var layer in Layers)
                layer.Step(rows.Length, rate, decay, firstPower, secondPower);
        }
        foreach (var layer in Layers)
            layer.RoundToSingle();
        return this;
    }

    public double[] Predict(double[] row)
    {
        var output = Layers[^1].Forward(Layers.Count == 1 ? row : Rectify(Layers[0].Forward(row)));
        if (classifies)
            Exact.Softmax(output);
        return output;
    }

    public int PredictClass(double[] row)
    {
        var output = Predict(row);
        return Array.IndexOf(output, output.Max());
    }

    // Softmax with cross-entropy and identity with half the squared error have the same gradient: prediction minus target.
    private void Accumulate(double[] row, double[] target)
    {
        var hidden = Layers.Count == 1 ? row : Rectify(Layers[0].Forward(row));
        var gradient = Layers[^1].Forward(hidden);
        if (classifies)
            Exact.Softmax(gradient);
        for (var j = 0; j < gradient.Length; j++)
            gradient[j] -= target[j];
        var back = Layers[^1].Backward(hidden, gradient);
        if (Layers.Count == 1)
            return;
        for (var i = 0; i < back.Length; i++)
            back[i] = hidden[i] > 0 ? back[i] : 0;
        Layers[0].Backward(row, back);
    }

    private static double[] Rectify(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = Math.Max(0, values[i]);
        return values;
    }
}
