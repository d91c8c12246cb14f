using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Reads the streams of one vendor. A first or a full reading goes through the listing and then catches up with what
/// changed meanwhile; an incremental one lists what is new and then reads the changes, both since the last reading began.
/// Where the changes show what is new as well, it reads them alone.
/// </summary>
/// <param name="exchange">Disposed with the source.</param>
/// <param name="streams">The streams of the source.</param>
/// <param name="clock">Where "now" comes from.</param>
public sealed class HttpSource(HttpExchange exchange, IReadOnlyList<HttpStream> streams, TimeProvider clock) : ISource, IWaiting
{
    private static readonly SourceCheck NothingAsked = new([], []);

    /// <summary>
    /// What tells one account of the vendor from another besides the address, as far as the settings say it, e.g. the mode.
    /// Never a secret. What was read from another account is no state to resume from.
    /// </summary>
    public IReadOnlyList<string> AccountFacts { get; init; } = [];

    /// <summary>What <see cref="CheckAsync"/> says of the source, e.g. its mode and the API version.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>
    /// Asks what no stream shows, e.g. what a token is good for. Its facts follow <see cref="Facts"/>; its problems come
    /// before those of the streams. Null asks nothing.
    /// </summary>
    public Func<HttpExchange, CancellationToken, Task<SourceCheck>>? Inquire { get; init; }

    public Action<Wait>? OnWait
    {
        set => exchange.OnWait = value;
    }

    public long Requests => exchange.Requests;

    public IReadOnlyList<StreamSchema> KnownStreams { get; } = [.. streams.Select(stream => stream.Schema with { CursorPath = stream.Listing.Range?.Path })];

    public Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken) => Task.FromResult(KnownStreams);

    /// <summary>Asks for one page of every stream, so that everything a key may not read is said at once.</summary>
    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var inquiring = InquireAsync(cancellationToken);
        var problems = await Task.WhenAll(streams.Select(ProblemAsync));
        var inquiry = await inquiring;
        var facts = inquiry.Facts.Select(fact => KeyValuePair.Create(fact.Key, exchange.Clean(fact.Value)));
        return new SourceCheck(
            [.. Merge(inquiry.Problems.Concat(problems.OfType<Problem>()))],
            [.. Facts, .. facts, .. exchange.VendorClock.Remarks.Select(remark => KeyValuePair.Create("clock", remark))]);

        async Task<Problem?> ProblemAsync(HttpStream stream)
        {
            try
            {
                foreach (var probe in stream.Probes.Count > 0 ? stream.Probes : await FirstCallAsync(stream))
                {
                    using var page = await exchange.ProbeAsync(probe, stream.Listing.Shape, cancellationToken);
                }

                return null;
            }
            catch (TidemarkException error)
            {
                return Problem.From(error, $"stream {stream.Schema.Name}") with { Streams = [stream.Schema.Name] };
            }
        }

        async Task<IReadOnlyList<HttpCall>> FirstCallAsync(HttpStream stream)
        {
            var scopes = await ScopesAsync(stream, cancellationToken);
            return [.. Groups(stream, scopes).Take(1).Select(group => stream.Listing.Call(new Slice { Scope = group }))];
        }
    }

    public async Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) =>
        Find(stream).Count is { } count ? await exchange.CountAsync(count, cancellationToken) : null;

    public Cursor Beside(Cursor cursor) => HttpCursor.Parse(cursor) is { } parsed ? (parsed with { Until = null }).ToCursor() : cursor;

    public string? RangeOf(string stream) =>
        Find(stream).Listing.Range is { Order: not RangeOrder.Unordered } range ? range.Path : null;

    public bool ProvesEnd(string stream, Cursor after) =>
        Find(stream).Listing.End.Proof is not EndProof.Word && HttpCursor.Parse(after) is { Unproven: null };

    public bool CanResume(string stream, Cursor cursor)
    {
        if (streams.FirstOrDefault(known => known.Schema.Name == stream) is not { } known) return false;
        return HttpCursor.Parse(cursor) is { } parsed && parsed.Filter == known.Filter && !IsOther(parsed) && HasChanges(known, parsed);
    }

    public bool CanExtend(string stream, Cursor cursor)
    {
        if (streams.FirstOrDefault(known => known.Schema.Name == stream) is not { } known) return false;
        return HttpCursor.Parse(cursor) is { } parsed && parsed.Filter != known.Filter && !IsOther(parsed) && HasChanges(known, parsed.Extended(known.Filter));
    }

    /// <summary>Whether the vendor keeps the oldest change that a reading needs, until it ends.</summary>
    private bool HasChanges(HttpStream stream, HttpCursor parsed)
    {
        if (stream.Changes is not { } feed) return true;
        var reading = parsed.Reading;
        var since = reading is { IsFull: true } ? null : parsed.Since;
        var oldest = reading?.ChangesFrom ?? since ?? reading?.Started;
        return oldest >= (clock.GetUtcNow() - feed.Reach + feed.Margin).ToUnixTimeSeconds();
    }

    public IReadOnlyList<string> Remarks => exchange.VendorClock.Remarks;

    public bool ReadsAll(string stream, Cursor from) =>
        Find(stream) is { Changes: null, Listing: { Range: null, Scopes: null } } known
        && HttpCursor.Parse(from) is { Reading: null } parsed && parsed.FiltersBeside(known.Filter).Count == 0;

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later)
    {
        var (before, now) = (earlier is null ? null : HttpCursor.Parse(earlier), HttpCursor.Parse(later));
        if (before is not null && before.FiltersBeside(now?.Filter) is { Count: > 0 } beside) return [.. beside.Select(filter => filter.Length == 0 ? "records without a filter" : filter)];
        if (before is not null && IsOther(before)) return ["another account, or another address of the source"];
        if (Find(stream).Listing.Scopes is null) return [];
        return before?.Scopes is not { } known ? null : [.. known.Except(now?.Scopes ?? [], StringComparer.Ordinal)];
    }

    public async IAsyncEnumerable<Page> ReadAsync(
        ReadRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = Find(request.Stream.Name);
        if (request.KeysOnly && stream.KeyListing is { } keys) stream = stream with { Listing = keys, Complete = null };
        if (request.Range is not null) stream = stream with { Changes = null };
        var cursor = await BeginAsync(stream, request, cancellationToken);
        var reading = cursor.Reading!;
        var overlap = (long)stream.Overlap.TotalSeconds;
        if (reading.Open is { } slices)
        {
            bool? unproven = cursor.Unproven;
            var list = new ListReading(stream, exchange, clock) { Unproven = () => unproven = true };
            await foreach (var (page, open) in list.ReadAsync(slices, cancellationToken))
            {
                reading = reading with { Open = open };
                yield return page.ToPage((cursor with { Reading = reading, Unproven = unproven }).ToCursor());
            }

            cursor = cursor with { Unproven = unproven };

            var changesFrom = reading.From ?? (reading.IsFull ? Begun(reading) : cursor.Since ?? Begun(reading)) - overlap;
            reading = reading with { Open = null, ChangesFrom = changesFrom };
        }

        if (stream.Changes is { } feed)
        {
            var rows = Rows(stream, request, cursor, reading);
            foreach (var window in Windows(reading.ChangesFrom!.Value, (long)feed.Window.TotalSeconds))
            {
                // Changes of a window come newest first: only its end is a place to resume at.
                reading = reading with { ChangesFrom = window.From };
                await foreach (var page in feed.Read(exchange, window with { Scopes = reading.Scopes, Rows = rows }, cancellationToken))
                    yield return page.ToPage((cursor with { Reading = reading }).ToCursor());
            }
        }

        var complete = (cursor with { Reading = reading }).Complete(Begun(reading));
        yield return Page.Empty((complete with { Until = stream.Changes is { HoldsSnapshots: true } ? Latest() : null }).ToCursor());
    }

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    private string Account => field ??= Hash(string.Join('\n', AccountFacts.Prepend(exchange.VendorAddress)));

    private string? Owner => exchange.Owner is { } owner ? Hash(owner) : null;

    /// <summary>Whether a cursor is of another account, as far as it and the vendor say.</summary>
    private bool IsOther(HttpCursor cursor) =>
        (cursor.Account is { } account && account != Account) || (cursor.Owner is { } owner && Owner is { } mine && owner != mine);

    // An address, or an id, may hold what is nobody else's business.
    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>When a reading began, in Unix seconds by the vendor's clock where that is behind ours: its times count.</summary>
    private long Begun(HttpReading reading) => reading.Started - (long)Math.Ceiling(exchange.VendorClock.Behind.TotalSeconds);

    /// <summary>The present second at the vendor, at the latest.</summary>
    private long Latest() => AtVendor(clock.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>A second of our clock by the vendor's, at the latest.</summary>
    private long AtVendor(long second) => second + (long)Math.Ceiling(exchange.VendorClock.Ahead.TotalSeconds);

    /// <summary>How recent the rows may be once the listing is read.</summary>
    private RowAges Rows(HttpStream stream, ReadRequest request, HttpCursor cursor, HttpReading reading)
    {
        var isWhole = reading.From is null || stream.Listing.Range is null;
        // A reading that was interrupted may have read records by their ids up to then; which ones is not known any more.
        var isResumed = request.From is { } saved && HttpCursor.Parse(saved)?.Reading?.IsFull == request.IsFull;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        long? known = isWhole || isResumed ? null : cursor.Until;
        return new RowAges
        {
            Begun = () => Begun(reading),
            ListedFrom = isWhole ? long.MinValue : cursor.Since!.Value - (long)stream.Overlap.TotalSeconds,
            KnownUntil = () => known ?? AtVendor(now),
        };
    }

    /// <summary>Resumes the reading that a cursor holds, or begins one.</summary>
    private async Task<HttpCursor> BeginAsync(
        HttpStream stream, ReadRequest request, CancellationToken cancellationToken)
    {
        // An unreadable cursor means a full reading; CanResume has already said so.
        var cursor = (request.From is { } saved ? HttpCursor.Parse(saved) : null) ?? new HttpCursor();
        var isExtended = !request.IsFull && !cursor.IsNew && cursor.Filter != stream.Filter;
        if (isExtended) cursor = cursor.Extended(stream.Filter);
        if (cursor.Reading is { } begun && begun.IsFull == request.IsFull) return cursor;

        cursor = (request.IsFull ? new HttpCursor() : cursor) with { Filter = stream.Filter, Account = Account, Owner = Owner ?? cursor.Owner, Unproven = null };
        var isFirst = cursor.IsNew;
        var scopes = await ScopesAsync(stream, cancellationToken);
        // Rows that an incremental reading adds join those that are there.
        cursor = cursor with { Scopes = isFirst ? scopes : cursor.Scopes?.Union(scopes ?? [], StringComparer.Ordinal).ToList() };
        if (request.Range is { } range)
        {
            var (begin, end) = (range.From.ToUnixTimeSeconds(), range.To.ToUnixTimeSeconds());
            return cursor with { Reading = new HttpReading(clock.GetUtcNow().ToUnixTimeSeconds(), request.IsFull) { Scopes = scopes, Open = [.. Within(stream, scopes, begin, end)] } };
        }

        // A scope that was never read is read from its beginning; the others from where the one that lags most stands.
        var (unread, known) = (scopes?.Where(scope => cursor.PlaceOf(scope) is null).ToList(), scopes?.Where(scope => cursor.PlaceOf(scope) is not null).ToList());
        // Records that only another filter shows are new, whenever they were changed.
        var since = (isExtended ? null : scopes is null ? cursor.Since : known!.Min(cursor.PlaceOf)) - (long)stream.Overlap.TotalSeconds;
        var floor = stream.Floor?.ToUnixTimeSeconds();
        var open = new List<Slice>();
        if (unread is { Count: > 0 } || since is null) open.AddRange(Slices(stream, unread, floor));
        var isShown = since is not null && stream.Changes is { ShowsNew: true };
        if (since is { } from && !isShown) open.AddRange(Slices(stream, known, from < floor ? floor : from));
        var isListed = open.Count > 0 || !isShown;
        return cursor with
        {
            Reading = new HttpReading(clock.GetUtcNow().ToUnixTimeSeconds(), request.IsFull)
            {
                Scopes = scopes,
                From = since,
                Open = isListed ? open : null,
                ChangesFrom = isListed ? null : since,
            },
        };
    }

    private static IEnumerable<Slice> Slices(HttpStream stream, IReadOnlyList<string>? scopes, long? from) =>
        Groups(stream, scopes).Select(group => new Slice { Scope = group, From = stream.Listing.Range is null ? null : from });

    /// <summary>The slices of a range; what lies before the floor of the settings is not read.</summary>
    private static IEnumerable<Slice> Within(HttpStream stream, IReadOnlyList<string>? scopes, long from, long to)
    {
        if (stream.Floor?.ToUnixTimeSeconds() is { } floor && floor > from) from = floor;
        return from < to ? Slices(stream, scopes, from).Select(slice => slice with { To = to }) : [];
    }

    private async Task<IReadOnlyList<string>?> ScopesAsync(HttpStream stream, CancellationToken cancellationToken) =>
        stream.Listing.Scopes is { } scopes ? await scopes(exchange, cancellationToken) : null;

    private static IEnumerable<string?> Groups(HttpStream stream, IReadOnlyList<string>? scopes) =>
        scopes?.Chunk(stream.Listing.ScopesAtOnce).Select(group => string.Join(',', group)) ?? new string?[] { null };

    private async Task<SourceCheck> InquireAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Inquire is null ? NothingAsked : await Inquire(exchange, cancellationToken);
        }
        catch (TidemarkException error)
        {
            return new SourceCheck([Problem.From(error, "credentials")], []);
        }
    }

    /// <summary>Refused credentials are one problem, however many streams they were tried on.</summary>
    private static IEnumerable<Problem> Merge(IEnumerable<Problem> problems) =>
        problems.GroupBy(problem => (problem.Code, problem.Message)).Select(same => same.First() with
        {
            Streams = same.Any(problem => problem.Streams.Count == 0)
                ? [] : [.. same.SelectMany(problem => problem.Streams).Distinct(StringComparer.Ordinal)],
        });

    private IEnumerable<FeedWindow> Windows(long from, long length)
    {
        // The last window has no end: what changes while it is read belongs to it.
        for (; from + length < clock.GetUtcNow().ToUnixTimeSeconds(); from += length)
            yield return new(from, from + length);
        yield return new(from, null);
    }

    private HttpStream Find(string name) => streams.FirstOrDefault(stream => stream.Schema.Name == name)
        ?? throw new TidemarkException(FailureKind.Usage, "stream.unknown", $"This source has no stream {name}.")
        {
            Hint = NearestName.Hint(name, streams.Select(stream => stream.Schema.Name)),
        };
}
