// The two groups on a control plane, and the rest.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
