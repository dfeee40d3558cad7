namespace Canario.Router.Mirroring;

/// <summary>What has been found so far of one pair of answers.</summary>
internal sealed class DifferenceTally
{
    private readonly NumberPair[] _first = new NumberPair[RankBlock.MaxPlaces];
    private bool _disagrees;
    private bool _isBroken;
    private int _numbers;
    private double _sum;
    private double _largest;

    public AnswerDifference Result => new(_disagrees, _numbers, _numbers == 0 ? 0 : _sum / _numbers, _largest) { First = _isBroken ? default : _first.AsMemory(0, Math.Min(_numbers, _first.Length)) };

    public void Disagree() => _disagrees = true;

    public void Number(double stable, double candidate)
    {
        double distance = stable.Equals(candidate) ? 0 : Math.Abs(stable - candidate);
        // A number beside none, or beside an infinite one: no distance says how far.
        if (!double.IsFinite(distance))
        {
            _disagrees = true;
            // The numbers behind it would take the places of others.
            _isBroken = true;
            return;
        }
        if (_numbers < _first.Length) _first[_numbers] = new NumberPair(stable, candidate);
        _numbers++;
        _sum += distance;
        _largest = Math.Max(_largest, distance);
    }
}
