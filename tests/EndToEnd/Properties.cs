using System.Runtime.Versioning;

// Three groups on one node: they wait most of their time, for holds, leases and pods. A fourth thread is for what needs no node.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: SupportedOSPlatform("linux")]
