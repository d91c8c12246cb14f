using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Serving;

/// <summary>A whole answer in memory, so that a fault can break it at any byte.</summary>
internal sealed class Answer(int status, JsonBuffer body) : IDisposable
{
    public int Status { get; } = status;

    public JsonBuffer Body { get; } = body;

    /// <summary>Default <c>application/json</c>.</summary>
    public string MediaType { get; init; } = "application/json";

    public void Dispose() => Body.Dispose();
}
