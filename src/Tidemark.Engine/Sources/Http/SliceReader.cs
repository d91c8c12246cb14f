using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Reads one slice of a listing page by page and distrusts what vendors say of their own paging: loops, pages that
/// come twice, empty pages before the end, a false end, totals that are not reached, positions that no longer exist.
/// </summary>
internal sealed class SliceReader(HttpListing listing, HttpExchange exchange, TimeProvider clock)
{
    private const int MaxDoubts = 3;
    private const int MaxPagesMetAgain = 8;
    private const int MaxPagesMetAgainNarrowing = 100;
    private const int MaxEmptyPagesInARow = 1000;
    private const int MaxRestartsAtOneSecond = 5;
    private static readonly TimeSpan DoubtDelay = TimeSpan.FromMilliseconds(300);

    private readonly PageShape _shape = listing.Shape;

    // Most windows of a search that is narrowed down are empty, and rightly so.
    private readonly int _patience = listing.Paging.Narrows ? 1 : MaxDoubts;
    private LoopWatch<PageEnds> _pages = new();
    private LoopWatch<HttpCall> _calls = new();
    private (string? First, string? Last) _previous;
    private (long? At, int Times) _restarts;
    private int _emptyPages;
    private int _pagesMetAgain;

    // Whether the page before said that more follows. A reading that is resumed does not know, and takes it so.
    private bool _isPromised = true;

    /// <summary>Called where the vendor did not show that the list is at its end: nothing proves it then.</summary>
    public Action Unproven { get; init; } = () => { };

    /// <summary>The page that a slice stands at, and what is left of the slice after it; null at its end.</summary>
    /// <exception cref="TidemarkException">
    /// Upstream <c>source.paging_loop</c>, <c>source.page_repeated</c>, <c>source.empty_page</c>,
    /// <c>source.no_position</c>, <c>source.below_total</c>, and what the exchange throws.
    /// </exception>
    public async Task<(HttpPage Page, Slice? Remainder)> ReadAsync(Slice slice, CancellationToken cancellationToken)
    {
        var call = listing.Call(slice);
        // Where a position was given up, the page may begin with what was read already.
        if (slice.Position is null) (_previous, _pages, _pagesMetAgain) = (default, new(), 0);
        if (slice.Position is { } position && listing.Paging.Counts(position)) Unproven();
        if (_calls.HasSeen(call)) throw HttpErrors.PagingLoop(call);
        for (var (doubts, wasRepeated) = (0, false); ;)
        {
            HttpPage page;
            try
            {
                page = await exchange.SendAsync(call, _shape, cancellationToken);
            }
            catch (TidemarkException gone) when (
                slice.Position is not null && listing.LosesPosition(gone) && !IsRefusedBeyondEnd(gone, slice) && MayRestart(slice))
            {
                slice = slice.Restart(listing.Range?.Order);
                call = listing.Call(slice);
                // The same pages may come again; how often that is borne is counted by itself.
                (_calls, _previous, _isPromised) = (new(), default, true);
                continue;
            }
            catch (TidemarkException refused) when (IsRefusedBeyondEnd(refused, slice))
            {
                // Nothing was promised here: the vendor had said that the page before was the last.
                Unproven();
                page = HttpPage.Empty(_shape);
            }

            try
            {
                var isRepeated = IsRepeated(page);
                if (isRepeated && !_isPromised && slice.Position is not null)
                {
                    // The vendor had said that this page is the last, and has nothing else to give behind it: be it that it ignores
                    // the position, or that something before it answers from memory.
                    Unproven();
                    page.Dispose();
                    return (HttpPage.Empty(_shape), null);
                }

                if (isRepeated)
                {
                    if (wasRepeated) throw HttpErrors.PageRepeated(call);
                    wasRepeated = true;
                }
                else
                {
                    var (rest, doubt) = await RestAsync(slice, call, page, cancellationToken);
                    if (doubt is null || (doubt.Failure is null && doubts == _patience)) return Accept(call, page, rest);
                    if (++doubts > MaxDoubts) throw doubt.Failure!;
                    await Task.Delay(DoubtDelay * doubts, clock, cancellationToken);
                }
            }
            catch
            {
                page.Dispose();
                throw;
            }

            page.Dispose();
        }
    }

    private (HttpPage Page, Slice? Remainder) Accept(HttpCall call, HttpPage page, Slice? rest)
    {
        var ends = Ends(page);
        if (ends is ({ } first, { } last))
        {
            _previous = ends;
            // Some lists show a second once more. Pages that come again and again under new positions never end.
            if (_pages.HasSeen(new PageEnds(first, last)) && ++_pagesMetAgain > (listing.Paging.Narrows ? MaxPagesMetAgainNarrowing : MaxPagesMetAgain)) throw HttpErrors.PagingLoop(call);
        }

        _isPromised = listing.Paging.HasMore(page);
        _emptyPages = page.Records.Count == 0 ? _emptyPages + 1 : 0;
        return (page, rest);
    }

    private bool IsRepeated(HttpPage page) =>
        Ends(page) is ({ }, { }) and var ends && ends == _previous && !listing.Paging.Narrows;

    private (string? First, string? Last) Ends(HttpPage page) => (page.First(listing.Identity), page.Last(listing.Identity));

    /// <summary>What is left after a page, and why the page had better be asked for once more; null for no reason.</summary>
    private async Task<(Slice? Remainder, Doubt? Doubt)> RestAsync(
        Slice slice, HttpCall call, HttpPage page, CancellationToken cancellationToken)
    {
        var hasMore = listing.Paging.HasMore(page);
        var (read, least) = (slice.Read + page.Records.Count, Least(slice, page));
        if (page.Records.Count == 0 && hasMore)
        {
            var onward = listing.Paging.Next(slice, page);
            if (onward is not null && onward != slice.Position && _emptyPages < MaxEmptyPagesInARow)
                return (slice with { Position = onward, Least = least }, null);
            return (null, new Doubt(!listing.Paging.MayAlwaysClaimMore ? HttpErrors.EmptyPage(call)
                : read < least ? HttpErrors.BelowTotal(call, read, least.Value) : null));
        }

        // The page before said that something is here, and an answer without a body does not say that it is gone.
        var doubt = page.Bytes.Length == 0 && slice.Position is not null && _isPromised ? new Doubt(null) : null;
        var seemsLast = page.Records.Count == 0 || (!hasMore && page.Records.Count < listing.PageSize);
        var goesOn = !seemsLast || listing.Paging.EndsByPosition || (page.Records.Count > 0 && read < least);
        var position = goesOn ? listing.Paging.Next(slice, page) : null;
        if (position is null)
        {
            if (hasMore) throw HttpErrors.NoPosition(call);
            if (slice is { From: null, To: null } && listing.Counted is { } counted)
                least = await CountAsync(counted, cancellationToken) ?? least;
            return (null, read < least ? new Doubt(HttpErrors.BelowTotal(call, read, least.Value)) : doubt);
        }

        var at = listing.Range is { } range ? range.Seconds(page.Last(range.Path)) : null;
        return (slice with
        {
            Position = position,
            At = at is { } value && slice.Contains(value) ? at : slice.At,
            Read = read,
            Least = least,
        }, doubt);
    }

    /// <summary>How many there are; null where the vendor refuses to say, which proves nothing of the list.</summary>
    private async Task<long?> CountAsync(HttpCount count, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange.CountAsync(count, cancellationToken);
        }
        catch (TidemarkException refused) when (refused.Kind is FailureKind.Configuration or FailureKind.Upstream)
        {
            Unproven();
            return null;
        }
    }

    /// <summary>Records may go while a list is read: the least total on the way is what must be reached.</summary>
    private long? Least(Slice slice, HttpPage page) =>
        listing.Total is { } path && long.TryParse(page[path], NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            ? Math.Min(total, slice.Least ?? total) : slice.Least;

    /// <summary>
    /// Whether a call is refused that asks for what follows the page which the vendor said is the last. A list that can be
    /// resumed by its range is, in place of believing that.
    /// </summary>
    private bool IsRefusedBeyondEnd(TidemarkException refused, Slice slice) =>
        !_isPromised && slice.Position is not null && refused.Kind is FailureKind.Upstream or FailureKind.Configuration
        && !(listing.LosesPosition(refused) && listing.Range is { Order: not RangeOrder.Unordered });

    /// <summary>
    /// Restarting at the second that was reached gets on, unless it ends at that second again and again.
    /// </summary>
    private bool MayRestart(Slice slice)
    {
        _restarts = _restarts.Times > 0 && _restarts.At == slice.At ? (slice.At, _restarts.Times + 1) : (slice.At, 1);
        return _restarts.Times <= MaxRestartsAtOneSecond;
    }

    private sealed record PageEnds(string First, string Last);

    /// <summary>Why a page is asked for once more.</summary>
    /// <param name="Failure">What ends the reading where that does not help; null where the page is taken then.</param>
    private sealed record Doubt(TidemarkException? Failure);
}
