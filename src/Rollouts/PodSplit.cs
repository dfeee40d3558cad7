namespace Canario.Rollouts;

/// <summary>The split that the ready pods themselves make, where traffic goes to all of them alike.</summary>
public static class PodSplit
{
    /// <summary>Whether so many ready pods are the shares that the world asks for. One side that has all of the traffic has it whatever its pods; a share that is no whole per cent counts rounded down.</summary>
    public static bool IsMade(World world, IReadOnlyList<RevisionObservation> revisions)
    {
        if (world.Revisions.Any(side => side.Weight == 100))
        {
            return true;
        }

        var all = world.Revisions.Sum(Ready);
        return all > 0 && world.Revisions.Where(side => side.IsCandidate).All(side => 100L * Ready(side) / all == side.Weight);

        long Ready(WorldRevision side) => revisions.FirstOrDefault(seen => seen.Revision == side.Revision)?.Ready ?? 0;
    }
}
