namespace Canario.Router.Routing;

/// <summary>
/// Weighted rendezvous hashing (Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005): every revision bids −ln(u)/weight with its own
/// uniform u made of user and revision, and the lowest bid wins. A growing weight only lowers that revision's bids, so users only ever move towards it: no order of
/// the backends has to be agreed, and another candidate meets other users first.
/// </summary>
internal static class StickyHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static double Bid(string user, string revision, int weight)
    {
        if (weight <= 0) return double.PositiveInfinity;
        ulong hash = Mix(Add(Add(Offset, revision) * Prime, user));
        // 53 bits, shifted by a half: never 0, never 1.
        double uniform = ((hash >> 11) + 0.5) * (1.0 / (1UL << 53));
        return -Math.Log(uniform) / weight;
    }

    // FNV-1a over UTF-16 units: the same in every process, unlike string.GetHashCode.
    private static ulong Add(ulong hash, string text)
    {
        foreach (char c in text) hash = (hash ^ c) * Prime;
        return hash;
    }

    // Finaliser of MurmurHash3: FNV alone leaves the high bits of similar texts similar.
    private static ulong Mix(ulong h)
    {
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
        return h ^ (h >> 33);
    }
}
