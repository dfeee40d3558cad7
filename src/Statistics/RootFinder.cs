namespace Canario.Statistics;

static class RootFinder
{
    /// <summary>
    /// Where a monotone function changes sign in (low, high), to the last digits of a double. Bisection that interpolates by an inverse parabola where that is safe: a dozen
    /// evaluations instead of sixty (T. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function", Advances in Engineering Software 28, 1997).
    /// </summary>
    public static double Find(Func<double, double> function, double low, double high)
    {
        var (a, b) = (low, high);
        var (atA, atB) = (function(a), function(b));
        var t = 0.5;
        // 200 halvings exhaust a double.
        for (var i = 0; i < 200; i++)
        {
            var x = a + t * (b - a);
            var atX = function(x);
            double c, atC;
            if (atX > 0 == atA > 0)
            {
                (c, atC) = (a, atA);
            }
            else
            {
                (c, atC, b, atB) = (b, atB, a, atA);
            }

            (a, atA) = (x, atX);
            var least = 1e-16 + 2.2e-16 * Math.Abs(a);
            var width = Math.Abs(b - a);
            if (atA == 0 || width <= 2 * least)
            {
                break;
            }

            t = Interpolate(a, atA, b, atB, c, atC);
            t = Math.Clamp(double.IsFinite(t) ? t : 0.5, least / width, 1 - least / width);
        }

        return a;
    }

    static double Interpolate(double a, double atA, double b, double atB, double c, double atC)
    {
        var xi = (a - b) / (c - b);
        var phi = (atA - atB) / (atC - atB);
        return phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi
            ? atA / (atB - atA) * (atC / (atB - atC)) + (c - a) / (b - a) * (atA / (atC - atA)) * (atB / (atC - atB))
            : 0.5;
    }
}
