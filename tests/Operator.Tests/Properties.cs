// The three groups on control planes, and the rest.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
