using System.Runtime.CompilerServices;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>
/// Reads an organization. Its custom fields are asked for once, before anything else: they are columns, and a search
/// gives only the fields that it names.
/// </summary>
internal sealed class CloseSource(CloseOptions options, TimeProvider clock) : ISource, IWaiting
{
    private readonly HttpExchange _exchange = new(CloseConnector.Api(options), clock);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private HttpSource? _source;

    public Action<Wait>? OnWait
    {
        set => _exchange.OnWait = value;
    }

    public long Requests => _exchange.Requests;

    // Custom fields are known only once Close was asked for them; the streams are always the same.
    public IReadOnlyList<string> KnownNames => [.. Over([]).KnownStreams.Select(stream => stream.Name)];

    public async Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).DiscoverAsync(cancellationToken);

    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var facts = await IntroduceAsync(cancellationToken);
            using var log = await _exchange.SendAsync(CloseEvents.Probe, new PageShape("data"), cancellationToken);
            var check = await (await OpenAsync(cancellationToken)).CheckAsync(cancellationToken);
            return check with { Facts = facts };
        }
        catch (TidemarkException refused)
        {
            return new SourceCheck([Problem.From(refused, "account")], []);
        }
    }

    public async Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).EstimateAsync(stream, cancellationToken);

    // Custom fields have no say in it.
    public bool CanResume(string stream, Cursor cursor) => Over([]).CanResume(stream, cursor);

    public bool CanExtend(string stream, Cursor cursor) => Over([]).CanExtend(stream, cursor);

    public Cursor Beside(Cursor cursor) => Over([]).Beside(cursor);

    public string? RangeOf(string stream) => Over([]).RangeOf(stream);

    public bool ProvesEnd(string stream, Cursor after) => Over([]).ProvesEnd(stream, after);

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later) =>
        Over([]).OutOfSight(stream, earlier, later);

    public IReadOnlyList<string> Remarks => _exchange.VendorClock.Remarks;

    public bool ReadsAll(string stream, Cursor from) => Over([]).ReadsAll(stream, from);

    public async IAsyncEnumerable<Page> ReadAsync(
        ReadRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = await OpenAsync(cancellationToken);
        await foreach (var page in source.ReadAsync(request, cancellationToken)) yield return page;
    }

    public async ValueTask DisposeAsync()
    {
        _opening.Dispose();
        await _exchange.DisposeAsync();
    }

    private async Task<HttpSource> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _source ??= Over(await CustomFieldsAsync(cancellationToken));
        }
        finally
        {
            _opening.Release();
        }
    }

    private HttpSource Over(IReadOnlyList<CloseCustomField> custom) =>
        new(_exchange, CloseStreams.All(options, custom), clock);

    private async Task<IReadOnlyList<CloseCustomField>> CustomFieldsAsync(CancellationToken cancellationToken)
    {
        var kinds = await Task.WhenAll(
            CloseCustomField.Kinds.Select(kind => CustomFieldsAsync(kind, cancellationToken)));
        return [.. kinds.SelectMany(fields => fields)];
    }

    private async Task<List<CloseCustomField>> CustomFieldsAsync(string kind, CancellationToken cancellationToken)
    {
        var fields = new List<CloseCustomField>();
        try
        {
            await foreach (var page in _exchange.ReadAsync(
                CloseStreams.CustomFields, new Slice { Scope = kind }, cancellationToken))
            {
                using (page)
                {
                    for (var index = 0; index < page.Records.Count; index++)
                    {
                        if (CloseCustomField.Read(kind, page.Readable(index).ToArray()) is { } field) fields.Add(field);
                    }
                }
            }
        }
        catch (TidemarkException without) when (without.Code == CloseErrors.PlanLimit)
        {
            // A plan without a kind of object has no fields of it.
        }

        return fields;
    }

    /// <summary>Who the key belongs to.</summary>
    private async Task<IReadOnlyList<KeyValuePair<string, string>>> IntroduceAsync(CancellationToken cancellationToken)
    {
        var shape = new PageShape("organizations", "id", "email") { OmitsEmpty = true };
        using var me = await _exchange.SendAsync(HttpCall.Get(CloseConnector.Root + "/me/"), shape, cancellationToken);
        _exchange.Owner = me.First("id");
        return
        [
            new("organization", _exchange.Clean(me.First("name") ?? me.First("id") ?? "unknown")),
            new("user", _exchange.Clean(me["email"] ?? me["id"] ?? "unknown")),
        ];
    }
}
