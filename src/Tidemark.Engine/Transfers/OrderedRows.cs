namespace Tidemark.Engine.Transfers;

/// <summary>One end of a comparison: rows in an order, of which one is in hand.</summary>
/// <param name="rows">The rows.</param>
internal sealed class OrderedRows<T>(IAsyncEnumerator<T> rows) : IAsyncDisposable
{
    /// <summary>Whether there is a row in hand.</summary>
    public bool HasRow { get; private set; }

    /// <summary>The row in hand.</summary>
    public T Row => rows.Current;

    public async ValueTask MoveAsync() => HasRow = await rows.MoveNextAsync();

    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
