using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Reads one slice of a listing page by page and distrusts what vendors say of their own paging: loops, pages that
/// come twice, empty pages before the end, an end that is none, positions that are gone.
/// </summary>
internal sealed class SliceReader(HttpListing listing, HttpExchange exchange, TimeProvider clock)
{
    private const int MaxEmptyPages = 3;
    private const int MaxRestartsAtOneSecond = 5;
    private static readonly TimeSpan EmptyPageDelay = TimeSpan.FromMilliseconds(300);

    private readonly PageShape _shape = listing.Shape;
    private LoopWatch<HttpCall> _calls = new();
    private (string? First, string? Last) _previous;
    private (long? At, int Times) _restarts;

    /// <summary>The page that a slice stands at, and what is left of the slice after it; null at its end.</summary>
    /// <exception cref="TidemarkException">
    /// Upstream <c>source.paging_loop</c>, <c>source.page_repeated</c>, <c>source.empty_page</c>,
    /// <c>source.no_position</c>, and what the exchange throws.
    /// </exception>
    public async Task<(HttpPage Page, Slice? Remainder)> ReadAsync(Slice slice, CancellationToken cancellationToken)
    {
        var call = listing.Call(slice);
        // Where a position was given up, the page may begin with what was read already.
        if (slice.Position is null) _previous = default;
        if (_calls.HasSeen(call)) throw HttpErrors.PagingLoop(call);
        for (var (emptyPages, wasRepeated) = (0, false); ;)
        {
            HttpPage page;
            try
            {
                page = await exchange.SendAsync(call, _shape, cancellationToken);
            }
            catch (TidemarkException gone) when (
                slice.Position is not null && listing.LosesPosition(gone) && MayRestart(slice))
            {
                slice = slice.Restart(listing.Range?.Order);
                call = listing.Call(slice);
                // The same pages may come again; how often that is borne is counted by itself.
                (_calls, _previous) = (new(), default);
                continue;
            }

            try
            {
                if (page.Records.Count == 0 && listing.Paging.HasMore(page))
                {
                    if (++emptyPages > MaxEmptyPages) throw HttpErrors.EmptyPage(call);
                    await Task.Delay(EmptyPageDelay * emptyPages, clock, cancellationToken);
                }
                else if (IsRepeated(page))
                {
                    if (wasRepeated) throw HttpErrors.PageRepeated(call);
                    wasRepeated = true;
                }
                else
                {
                    return (page, Rest(slice, call, page));
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

    private bool IsRepeated(HttpPage page)
    {
        var ends = (page.First(listing.Identity), page.Last(listing.Identity));
        if (ends is ({ }, { }) && ends == _previous && !listing.Paging.Narrows) return true;
        _previous = ends;
        return false;
    }

    private Slice? Rest(Slice slice, HttpCall call, HttpPage page)
    {
        var hasMore = listing.Paging.HasMore(page);
        var seemsLast = page.Records.Count == 0 || (!hasMore && page.Records.Count < listing.PageSize);
        if (seemsLast && !listing.Paging.EndsByPosition) return null;
        var position = listing.Paging.Next(slice, page);
        if (position is null) return hasMore ? throw HttpErrors.NoPosition(call) : null;
        var at = listing.Range is { } range ? range.Seconds(page.Last(range.Path)) : null;
        return slice with { Position = position, At = at is { } value && slice.Contains(value) ? at : slice.At };
    }

    /// <summary>
    /// Restarting at the second that was reached gets on, unless it ends at that second again and again.
    /// </summary>
    private bool MayRestart(Slice slice)
    {
        _restarts = _restarts.Times > 0 && _restarts.At == slice.At ? (slice.At, _restarts.Times + 1) : (slice.At, 1);
        return _restarts.Times <= MaxRestartsAtOneSecond;
    }
}
