using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Fields to set on a record that exists.</summary>
/// <param name="Id">Of the record.</param>
/// <param name="Fields">API names and values, without the id.</param>
public sealed record ZohoUpdate(string Id, JsonObject Fields);

/// <summary>What became of an update.</summary>
/// <param name="Id">Of the record.</param>
/// <param name="IsDone">Whether the CRM has the values now.</param>
/// <param name="Code">
/// Zoho's own for a record, e.g. <c>SUCCESS</c> or <c>INVALID_DATA</c>; where its whole batch failed, that failure's,
/// e.g. <c>zoho.unauthorized</c>.
/// </param>
/// <param name="Message">For people.</param>
public sealed record ZohoUpdateResult(string Id, bool IsDone, string Code, string Message);

/// <summary>
/// Writes values back into the CRM, without setting off its workflows. An update names the values that shall be, so
/// that sending it twice does no harm; what failed for a passing reason is sent again, and nothing else is.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/update-records.html.</remarks>
public sealed class ZohoWriteBack : IAsyncDisposable
{
    private const int MaxRecordsPerCall = 100;
    private const int Rounds = 4;
    private const string NoResult = "zoho.no_result";
    private static readonly PageShape Shape = new("data");
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    private readonly HttpExchange _exchange;
    private readonly TimeProvider _clock;

    public ZohoWriteBack(ZohoOptions options, TimeProvider clock)
    {
        _clock = clock;
        _exchange = new HttpExchange(ZohoConnector.Api(options, new ZohoAuthentication(options, clock), new ZohoCredits()), clock);
    }

    /// <summary>
    /// Updates records, 100 a call. Answers one result for each update, in their order, whatever fails: one record, a
    /// batch or all of them.
    /// </summary>
    /// <param name="module">API name, e.g. <c>Contacts</c>.</param>
    /// <param name="updates">No id twice.</param>
    /// <param name="cancellationToken">What was sent by then is done.</param>
    /// <exception cref="ArgumentException">An id stands twice.</exception>
    public async Task<IReadOnlyList<ZohoUpdateResult>> UpdateAsync(
        string module, IReadOnlyList<ZohoUpdate> updates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var results = new Dictionary<string, ZohoUpdateResult>(StringComparer.Ordinal);
        if (updates.DistinctBy(update => update.Id).Count() != updates.Count)
            throw new ArgumentException("An id stands twice.", nameof(updates));
        var open = updates;
        for (var round = 1; open.Count > 0; round++)
        {
            foreach (var batch in open.Chunk(MaxRecordsPerCall))
            {
                foreach (var result in await SendAsync(module, batch, cancellationToken)) results[result.Id] = result;
            }

            open = [.. open.Where(update => MayPass(results[update.Id].Code))];
            if (round == Rounds) break;
            if (open.Count > 0) await Task.Delay(FirstWait * (1 << (round - 1)), _clock, cancellationToken);
        }

        return [.. updates.Select(update => results[update.Id])];
    }

    public ValueTask DisposeAsync() => _exchange.DisposeAsync();

    private async Task<IReadOnlyList<ZohoUpdateResult>> SendAsync(
        string module, ZohoUpdate[] batch, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, $"/crm/v8/{Uri.EscapeDataString(module)}") { Json = Body(batch) };
        try
        {
            using var answer = await _exchange.SendAsync(call, Shape, cancellationToken);
            return Results(batch, answer);
        }
        catch (TidemarkException failure)
        {
            // The exchange has tried again where that could help; the other batches still have their chance.
            return [.. batch.Select(update => new ZohoUpdateResult(update.Id, false, failure.Code, failure.Message))];
        }
    }

    private static string Body(ZohoUpdate[] batch)
    {
        var data = new JsonArray();
        foreach (var update in batch)
        {
            var record = update.Fields.DeepClone().AsObject();
            record["id"] = update.Id;
            data.Add(record);
        }

        return new JsonObject { ["data"] = data, ["trigger"] = new JsonArray() }.ToJsonString();
    }

    /// <summary>The result of each record: by the id that it names, else by its place.</summary>
    private static List<ZohoUpdateResult> Results(ZohoUpdate[] batch, HttpPage answer)
    {
        var ids = batch.Select(update => update.Id).ToHashSet(StringComparer.Ordinal);
        var results = new Dictionary<string, ZohoUpdateResult>(StringComparer.Ordinal);
        for (var index = 0; index < Math.Min(batch.Length, answer.Records.Count); index++)
        {
            var id = answer.Value(index, "details/id") is { } named && ids.Contains(named) ? named : batch[index].Id;
            var isDone = answer.Value(index, "status") == "success";
            var message = answer.Value(index, "message") ?? "no message";
            if (!isDone && answer.Value(index, "details/api_name") is { } field) message += $" ({field})";
            results[id] = new(id, isDone, answer.Value(index, "code") ?? NoResult, message);
        }

        return [.. batch.Select(update => results.GetValueOrDefault(update.Id)
            ?? new(update.Id, false, NoResult, "Zoho said nothing of this record."))];
    }

    /// <summary>Whether a record may pass when it is sent again. Batches were tried again by the exchange.</summary>
    private static bool MayPass(string code) =>
        code is "RECORD_LOCKED" or "INTERNAL_ERROR" or "INTERNAL_SERVER_ERROR" or "TOO_MANY_REQUESTS" or NoResult;
}
