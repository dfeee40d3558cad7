// The four groups on control planes, and the rest: whoever waits for an interval keeps its thread.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
