namespace Canario.Router.Mirroring;

/// <summary>What has been found so far of one pair of answers.</summary>
internal sealed class DifferenceTally
{
    private bool _disagrees;
    private int _numbers;
    private double _sum;
    private double _largest;

    public AnswerDifference Result => new(_disagrees, _numbers, _numbers == 0 ? 0 : _sum / _numbers, _largest);

    public void Disagree() => _disagrees = true;

    public void Number(double stable, double candidate)
    {
        double distance = stable.Equals(candidate) ? 0 : Math.Abs(stable - candidate);
        // A number beside none, or beside an infinite one: no distance says how far.
        if (!double.IsFinite(distance))
        {
            _disagrees = true;
            return;
        }
        _numbers++;
        _sum += distance;
        _largest = Math.Max(_largest, distance);
    }
}
