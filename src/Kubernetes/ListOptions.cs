namespace Canario.Kubernetes;

/// <summary>Which objects a list or a watch is about.</summary>
public sealed record ListOptions
{
    public static ListOptions All { get; } = new();

    /// <summary>Such as <c>app=web,tier!=test</c>.</summary>
    public string? LabelSelector { get; init; }
    /// <summary>Such as <c>metadata.name=web</c>.</summary>
    public string? FieldSelector { get; init; }
    /// <summary>Objects a page. <c>ListAsync</c> asks for page after page.</summary>
    public int PageSize { get; init; } = 500;
    /// <summary><c>0</c> lets the API server answer from its cache, which is cheaper and may be some moments old (and ignores paging). Absent: the newest state.</summary>
    public string? ResourceVersion { get; init; }
}
