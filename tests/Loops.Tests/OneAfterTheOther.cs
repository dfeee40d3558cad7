// What is counted and timed here is so of a machine that does nothing else.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
