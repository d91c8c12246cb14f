namespace Tidemark.Sandbox.Traffic;

/// <summary>One request as the log shows it. Headers are never kept, and secrets in the query are masked.</summary>
internal sealed class RequestEntry(long number, DateTimeOffset at, string method, string path, string query)
{
    public long Number { get; } = number;

    public DateTimeOffset At { get; } = at;

    public string Method { get; } = method;

    public string Path { get; } = path;

    public string Query { get; } = query;

    /// <summary>0 while the request runs, and for good when the client left before the answer.</summary>
    public int Status { get; set; }

    public string? RequestId { get; set; }
}
