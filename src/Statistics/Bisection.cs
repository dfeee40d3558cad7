namespace Canario.Statistics;

static class Bisection
{
    /// <summary>Where a monotone function changes sign in (low, high). 200 halvings exhaust a double.</summary>
    public static double Root(Func<double, double> function, double low, double high)
    {
        var rising = function(high) > 0;
        for (var i = 0; i < 200; i++)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                break;
            }

            if (function(middle) > 0 == rising)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return low + (high - low) / 2;
    }
}
