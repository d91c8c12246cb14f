using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Reads the slices of a listing by several workers. Nobody plans the work: whoever finishes a page while another is
/// idle halves what is left of its own range and gives the far half away. So any distribution over time is read at
/// full width, and a range without records costs one request.
/// </summary>
internal sealed class ListReading(HttpStream stream, HttpExchange exchange, TimeProvider clock)
{
    private const int PagesAheadPerWorker = 2;

    // Sixteen pages of a hundred records are small; sixteen of these would be what a machine has.
    private const int LargePage = 4 << 20;

    private readonly HttpListing _listing = stream.Listing;
    private readonly int _workers =
        stream.Listing is { Range: null or { Order: RangeOrder.Unordered }, Scopes: null } ? 1 : stream.Parallel;

    /// <summary>Called where the vendor refused to show that a list is at its end.</summary>
    public Action Unproven { get; init; } = () => { };

    /// <summary>
    /// Pages in the order in which they arrive, each with the slices that are open once it and all before it are
    /// written. Errors come after the pages before them.
    /// </summary>
    public async IAsyncEnumerable<(HttpPage Page, IReadOnlyList<Slice> Open)> ReadAsync(
        IReadOnlyList<Slice> slices, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var oneLarge = new SemaphoreSlim(1, 1);
        var hasLargePages = false;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var todo = Channel.CreateUnbounded<(int Id, Slice Slice)>();
        var steps = Channel.CreateBounded<Step>(_workers * PagesAheadPerWorker);
        var open = new SortedDictionary<int, Slice>(slices.Index().ToDictionary());
        var (unfinished, lastId) = (open.Count, open.Count);
        foreach (var (id, slice) in open) todo.Writer.TryWrite((id, slice));
        if (unfinished == 0) todo.Writer.Complete();

        var working = WorkAllAsync();
        try
        {
            await foreach (var step in steps.Reader.ReadAllAsync(cancellationToken))
            {
                if (step.Rest is null) open.Remove(step.Id);
                else open[step.Id] = step.Rest;
                if (step.Given is var (id, slice)) open[id] = slice;

                if (step.Page.Records.Count > 0) yield return (step.Page, [.. open.Values]);
                else step.Page.Dispose();
                if (step.HasTurn) oneLarge.Release();
            }
        }
        finally
        {
            await stop.CancelAsync(); // the consumer may leave early
            await working;
            while (steps.Reader.TryRead(out var step)) step.Page.Dispose();
        }

        async Task WorkAllAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, _workers).Select(_ => WorkAsync()));
            steps.Writer.TryComplete();
        }

        async Task WorkAsync()
        {
            try
            {
                await foreach (var (id, slice) in todo.Reader.ReadAllAsync(stop.Token)) await ReadSliceAsync(id, slice);
            }
            catch (Exception error)
            {
                steps.Writer.TryComplete(error); // handed to the consumer; the first one counts
                await stop.CancelAsync();
            }
        }

        async Task ReadSliceAsync(int id, Slice slice)
        {
            var reader = new SliceReader(_listing, exchange, clock) { Unproven = Unproven };
            for (Slice? rest = slice; rest is not null;)
            {
                // Once pages are large, the next is asked for when the one before is taken.
                var hasTurn = hasLargePages;
                if (hasTurn) await oneLarge.WaitAsync(stop.Token);
                (var page, rest) = await reader.ReadAsync(rest, stop.Token);
                if (page.Bytes.Length >= LargePage) hasLargePages = true;
                var given = rest is null ? null : TryHandOver(ref rest, page);
                if (stream.ScopeField is { } name && slice.Scope is { } scope)
                    page = ScopedRecords.Mark(page, name, scope);
                if (stream.Complete is not null) page = await stream.Complete(exchange, page, stop.Token);
                // The step that names the far half goes first: its pages must not arrive before it.
                await steps.Writer.WriteAsync(new Step(id, page, rest, given) { HasTurn = hasTurn }, stop.Token);
                if (given is not null) todo.Writer.TryWrite(given.Value);
            }

            if (Interlocked.Decrement(ref unfinished) == 0) todo.Writer.Complete();
        }

        (int Id, Slice Slice)? TryHandOver(ref Slice rest, HttpPage page)
        {
            if (_listing.Range is not { } range || !IsWorthSplitting(rest, range, page)) return null;
            // A worker is idle while fewer slices are unfinished than there are workers.
            var halves = rest.Split(range, clock.GetUtcNow().ToUnixTimeSeconds(), !_listing.Paging.BindsPosition);
            if (Interlocked.Increment(ref unfinished) <= _workers && halves is var (near, far))
            {
                rest = near;
                return (Interlocked.Increment(ref lastId), far);
            }

            Interlocked.Decrement(ref unfinished);
            return null;
        }
    }

    /// <summary>
    /// Whether the rest would fill more than a page, if records lay as densely there as on this page.
    /// </summary>
    private bool IsWorthSplitting(Slice rest, ListingRange range, HttpPage page)
    {
        // Behind a page that seems the last, the rest is most likely empty.
        if (!_listing.Paging.HasMore(page) && page.Records.Count < _listing.PageSize) return false;
        if (rest.At is not { } at || range.Seconds(page.First(range.Path)) is not { } first) return false;
        var (low, high) = rest.Rest(range, at, clock.GetUtcNow().ToUnixTimeSeconds());
        return page.Records.Count * (double)(high - low) / Math.Max(1, Math.Abs(first - at)) > _listing.PageSize;
    }

    /// <summary>A page read.</summary>
    /// <param name="Id">Id of the page's slice.</param>
    /// <param name="Page">The page; may have no records.</param>
    /// <param name="Rest">The unread rest of the slice; null if all is read.</param>
    /// <param name="Given">The part of the rest that became a slice of its own.</param>
    private sealed record Step(int Id, HttpPage Page, Slice? Rest, (int Id, Slice Slice)? Given)
    {
        /// <summary>Whether other large pages wait for this one to be taken.</summary>
        public bool HasTurn { get; init; }
    }
}
