using System.Globalization;
using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Rows;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>Reads rows of named features straight into tensor memory, checking each against the schema.</summary>
internal static class PredictRequestParser
{
    private const int MaximumMessageFeatures = 8;

    /// <summary>Takes one object, an array of objects, or <c>{"instances": [objects]}</c>.</summary>
    /// <param name="cursor">At the body's beginning.</param>
    /// <param name="call">Gets the rows.</param>
    /// <param name="plan">Of the model.</param>
    /// <param name="limits">Of the request.</param>
    /// <param name="instancesOnly">Only the last of the three, as the V1 protocol has it.</param>
    /// <returns>True when many rows were given and many predictions are to be answered.</returns>
    public static bool Parse(ref JsonCursor cursor, InferenceCall call, FeaturePlan plan, RequestLimits limits, bool instancesOnly = false)
    {
        bool many;
        if (cursor.Peek() == '[' && !instancesOnly)
        {
            many = true;
            ParseRows(ref cursor, call, plan, limits);
        }
        else if (TryEnterInstances(ref cursor, plan, instancesOnly))
        {
            many = true;
            ParseRows(ref cursor, call, plan, limits);
            while (cursor.TakeNext('}'))
            {
                if (cursor.TakeString().SequenceEqual("instances"u8)) throw RequestException.Bad("'instances' is given twice");
                cursor.Take(':');
                cursor.Skip();
            }
        }
        else
        {
            if (instancesOnly) throw RequestException.Bad("'instances' is missing: it takes an array of rows");
            if (cursor.Peek() != '{') throw RequestException.Bad("the body must be an object of features, an array of them, or {\"instances\": [them]}");
            many = false;
            ParseRow(ref cursor, call, plan, 0);
            call.Rows = 1;
        }

        cursor.TakeEnd();
        SetShapes(call, plan, limits);
        return many;
    }

    /// <summary>Reads a text that is one row, into a place of its own; when it is refused the place may be filled again.</summary>
    public static void ParseSingle(ref JsonCursor cursor, InferenceCall call, FeaturePlan plan, int row, KeptMembers? kept)
    {
        if (cursor.Peek() != '{') throw RequestException.Bad("a row must be an object of features");
        ParseRow(ref cursor, call, plan, row, kept);
        cursor.TakeEnd();
    }

    /// <summary>Gives the inputs the shape of <see cref="InferenceCall.Rows"/> rows.</summary>
    public static void SetShapes(InferenceCall call, FeaturePlan plan, RequestLimits limits)
    {
        for (int i = 0; i < call.Inputs.Length; i++)
        {
            InputTensor input = call.Inputs[i];
            Span<long> shape = [call.Rows, plan.Columns[i]];
            input.SetShape(input.Info.Shape.Count == 1 ? shape[..1] : shape);
            ShapeCheck.Require(input.Info, input.Shape, limits.MaximumRows);
        }
    }

    // Other members may come before it; where the first is a feature, it is a row.
    private static bool TryEnterInstances(ref JsonCursor cursor, FeaturePlan plan, bool instancesOnly)
    {
        int start = cursor.Position;
        if (cursor.TryTake('{') && cursor.Peek() == '"' && (instancesOnly || plan.Find("instances"u8, int.MaxValue) < 0))
        {
            do
            {
                ReadOnlySpan<byte> name = cursor.TakeString();
                cursor.Take(':');
                if (name.SequenceEqual("instances"u8) && cursor.Peek() == '[') return true;
                if (!instancesOnly && plan.Find(name, 0) >= 0) break;
                cursor.Skip();
            }
            while (cursor.TakeNext('}'));
        }

        cursor.Position = start;
        return false;
    }

    private static void ParseRows(ref JsonCursor cursor, InferenceCall call, FeaturePlan plan, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) throw RequestException.Bad("no rows are given");
        do
        {
            if (call.Rows == limits.MaximumRows) throw RequestException.Bad($"at most {limits.MaximumRows} rows are taken in one request");
            if (cursor.Peek() != '{') throw RequestException.Bad($"row {call.Rows} must be an object of features");
            try
            {
                ParseRow(ref cursor, call, plan, call.Rows);
            }
            catch (RequestException e) when (call.Rows > 0)
            {
                throw RequestException.Bad($"row {call.Rows}: {e.Message}");
            }

            call.Rows++;
        }
        while (cursor.TakeNext(']'));
    }

    private static void ParseRow(ref JsonCursor cursor, InferenceCall call, FeaturePlan plan, int row, KeptMembers? kept = null)
    {
        int count = plan.Features.Length;
        Span<bool> given = count <= 256 ? stackalloc bool[count] : new bool[count];
        given.Clear();
        // What a refused row left in this place.
        if (call.Missing.Length > row * count) call.Missing.AsSpan(row * count, count).Clear();
        int expected = 0;
        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> name = cursor.TakeString();
                cursor.Take(':');
                int index = plan.Find(name, expected);
                if (index < 0)
                {
                    if (kept?.TryTake(name, ref cursor) == true) continue;
                    throw RequestException.Bad(
                        $"unknown feature {TensorNames.Quote(name)}; the model takes {TensorNames.List(plan.Features.Select(f => f.Name))}");
                }

                expected = index + 1;
                PlannedFeature feature = plan.Features[index];
                if (given[index]) throw RequestException.Bad($"feature '{feature.Name}' is given twice");
                given[index] = true;
                // A null is a value that was not measured: the same as not sent.
                if (cursor.TryTakeLiteral("null"u8)) given[index] = false;
                else ReadValue(ref cursor, call.Inputs[feature.Input], feature, row);
            }
            while (cursor.TakeNext('}'));
        }

        FillMissing(call, plan, given, row);
    }

    private static void FillMissing(InferenceCall call, FeaturePlan plan, ReadOnlySpan<bool> given, int row)
    {
        if (!given.Contains(false)) return;
        int count = plan.Features.Length;
        RequireDefaults(plan, given);
        for (int i = 0; i < count; i++)
        {
            if (given[i]) continue;
            PlannedFeature feature = plan.Features[i];
            if (call.Missing.Length < (row + 1) * count)
            {
                bool[] larger = new bool[Math.Max((row + 1) * count, call.Missing.Length * 2)];
                call.Missing.CopyTo(larger, 0);
                call.Missing = larger;
            }

            call.Missing[row * count + i] = true;
            StoreDefault(call.Inputs[feature.Input], feature, row);
        }
    }

    private static void RequireDefaults(FeaturePlan plan, ReadOnlySpan<bool> given)
    {
        List<PlannedFeature>? required = null;
        for (int i = 0; i < given.Length; i++)
        {
            if (!given[i] && !plan.Features[i].HasDefault) (required ??= []).Add(plan.Features[i]);
        }

        if (required is null) return;
        string details = string.Join("; ", required.Take(MaximumMessageFeatures).Select(f => $"feature '{f.Name}' is missing and takes {f.Allowed()}"));
        throw RequestException.Bad(details);
    }

    private static void StoreDefault(InputTensor tensor, PlannedFeature feature, int row)
    {
        if (feature.Kind == FeatureKind.CategoryText) Texts(tensor, feature, row)[row * feature.Columns + feature.Column] = feature.DefaultText;
        else Store(tensor, feature, row, feature.DefaultNumber);
    }

    private static void ReadValue(ref JsonCursor cursor, InputTensor tensor, PlannedFeature feature, int row)
    {
        byte next = cursor.Peek();
        switch (feature.Kind)
        {
            case FeatureKind.Number or FeatureKind.Whole when next is (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                ReadNumber(ref cursor, tensor, feature, row);
                return;
            case FeatureKind.Boolean when next is (byte)'t' && cursor.TryTakeLiteral("true"u8):
                Store(tensor, feature, row, 1);
                return;
            case FeatureKind.Boolean when next is (byte)'f' && cursor.TryTakeLiteral("false"u8):
                Store(tensor, feature, row, 0);
                return;
            case FeatureKind.CategoryIndex or FeatureKind.CategoryOneHot or FeatureKind.CategoryText when next == '"':
                ReadCategory(ref cursor, tensor, feature, row);
                return;
            default:
                int start = cursor.Position;
                ReadOnlySpan<byte> rest = cursor.Rest;
                cursor.Skip();
                throw Refuse(feature, rest[..(cursor.Position - start)]);
        }
    }

    private static void ReadNumber(ref JsonCursor cursor, InputTensor tensor, PlannedFeature feature, int row)
    {
        ScannedNumber number = cursor.TakeNumber(out ReadOnlySpan<byte> token);
        double value = NumberScanner.ToDouble(token, number);
        bool allowed = double.IsFinite(value) && feature.IsInRange(value) && (feature.Kind == FeatureKind.Number || value == Math.Floor(value));
        if (!allowed || !TryStore(tensor, feature, row, token, number, value)) throw Refuse(feature, token[..number.Length]);
    }

    // Straight from the text: going through a double may round twice, or lose a large whole number's last digits.
    private static bool TryStore(InputTensor tensor, PlannedFeature feature, int row, ReadOnlySpan<byte> token, in ScannedNumber number, double value)
    {
        int index = row * feature.Columns + feature.Column;
        int count = (row + 1) * feature.Columns;
        if (tensor.Type == TensorElementType.Float)
        {
            float single = NumberScanner.ToFloat(token, number);
            tensor.Elements<float>(count)[index] = single;
            return float.IsFinite(single);
        }

        if (feature.WholeRange is { } range)
        {
            if (!NumberScanner.TryToWhole(token, number, range.Minimum, range.Maximum, out Int128 whole)) return false;
            if (tensor.Type == TensorElementType.Int64) tensor.Elements<long>(count)[index] = (long)whole;
            else if (tensor.Type == TensorElementType.UInt64) tensor.Elements<ulong>(count)[index] = (ulong)whole;
            else Store(tensor, feature, row, (double)whole);
            return true;
        }

        if (tensor.Type == TensorElementType.Float16)
        {
            var half = Half.Parse(token[..number.Length], NumberStyles.Float, CultureInfo.InvariantCulture);
            tensor.Elements<Half>(count)[index] = half;
            return Half.IsFinite(half);
        }

        Store(tensor, feature, row, value);
        return double.IsFinite(ElementAccess.Get(tensor, index));
    }

    private static void ReadCategory(ref JsonCursor cursor, InputTensor tensor, PlannedFeature feature, int row)
    {
        ReadOnlySpan<byte> text = cursor.TakeString();
        int category = -1;
        for (int i = 0; i < feature.Utf8Categories.Length && category < 0; i++)
        {
            if (text.SequenceEqual(feature.Utf8Categories[i])) category = i;
        }

        bool open = feature.Utf8Categories.Length == 0 && !text.Contains((byte)0);
        if (category < 0 && !open) throw Refuse(feature, text);
        if (feature.Kind == FeatureKind.CategoryText)
            Texts(tensor, feature, row)[row * feature.Columns + feature.Column] = open ? Encoding.UTF8.GetString(text) : feature.Schema.Categories[category];
        else
            Store(tensor, feature, row, category);
    }

    private static void Store(InputTensor tensor, PlannedFeature feature, int row, double value)
    {
        int index = row * feature.Columns + feature.Column;
        // The whole row is reserved at once, so that the buffer's length fits the shape however features are ordered.
        tensor.Elements<byte>((row + 1) * feature.Columns);
        if (feature.Kind != FeatureKind.CategoryOneHot)
        {
            ElementAccess.Set(tensor, index, value);
            return;
        }

        for (int i = 0; i < feature.Utf8Categories.Length; i++)
            ElementAccess.Set(tensor, index + i, i == (int)value ? 1 : 0);
    }

    private static Span<string> Texts(InputTensor tensor, PlannedFeature feature, int row) => tensor.Texts((row + 1) * feature.Columns);

    private static RequestException Refuse(PlannedFeature feature, ReadOnlySpan<byte> value)
    {
        string shown = feature.Schema.Sensitive ? "the value" : TensorNames.Quote(value);
        return RequestException.Bad($"feature '{feature.Name}': {shown} is not allowed; it takes {feature.Allowed()}");
    }
}
