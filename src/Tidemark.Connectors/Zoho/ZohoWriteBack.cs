using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Writes values back into the CRM, without setting off its workflows. What failed for a passing reason is sent again,
/// and nothing else is.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/update-records.html.</remarks>
internal sealed class ZohoWriteBack(HttpExchange exchange, TimeProvider clock)
{
    private const int Rounds = 4;
    private static readonly PageShape Shape = new("data");
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>Updates up to 100 records.</summary>
    /// <exception cref="TidemarkException">The first call failed as a whole.</exception>
    public async Task<IReadOnlyList<WriteBackAnswer>> UpdateAsync(
        ZohoModule module, IReadOnlyList<WriteBackUpdate> updates, CancellationToken cancellationToken)
    {
        var answers = await SendAsync(module, updates, cancellationToken);
        for (var round = 1; round < Rounds; round++)
        {
            var open = updates.Where(update => MayPass(answers[update.Key])).ToList();
            if (open.Count == 0) break;
            await Task.Delay(FirstWait * (1 << (round - 1)), clock, cancellationToken);
            try
            {
                foreach (var (id, answer) in await SendAsync(module, open, cancellationToken)) answers[id] = answer;
            }
            catch (TidemarkException)
            {
                break; // what is known of the records is said; the exchange has tried again where that could help
            }
        }

        return [.. answers.Values];
    }

    /// <summary>The answer for each record: by the id that it names, else by its place.</summary>
    private async Task<Dictionary<string, WriteBackAnswer>> SendAsync(
        ZohoModule module, IReadOnlyList<WriteBackUpdate> updates, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, $"/crm/v8/{Uri.EscapeDataString(module.ApiName)}") { Json = Body(module, updates) };
        using var page = await exchange.SendAsync(call, Shape, cancellationToken);
        var answers = updates.ToDictionary(update => update.Key, update => WriteBackAnswer.Unanswered(update.Key), StringComparer.Ordinal);
        for (var index = 0; index < Math.Min(updates.Count, page.Records.Count); index++)
        {
            var id = page.Value(index, "details/id") is { } named && answers.ContainsKey(named) ? named : updates[index].Key;
            answers[id] = Answer(id, page, index);
        }

        return answers;
    }

    private static WriteBackAnswer Answer(string id, HttpPage page, int index)
    {
        if (page.Value(index, "status") == "success") return WriteBackAnswer.Done(id);
        if (page.Value(index, "code") is not { } code) return WriteBackAnswer.Unanswered(id);
        var field = page.Value(index, "details/api_name");
        return new WriteBackAnswer(
            id, WriteBackOutcome.Refused, code,
            (page.Value(index, "message") ?? "no message") + (field is null ? "" : $" ({field})"));
    }

    private static string Body(ZohoModule module, IReadOnlyList<WriteBackUpdate> updates)
    {
        var types = module.Fields.ToDictionary(field => field.ApiName, field => field.JsonType, StringComparer.Ordinal);
        var data = new JsonArray();
        foreach (var update in updates)
        {
            var record = new JsonObject { ["id"] = update.Key };
            foreach (var (field, text) in update.Values) record[field] = Value(types.GetValueOrDefault(field), text);
            data.Add(record);
        }

        return new JsonObject { ["data"] = data, ["trigger"] = new JsonArray() }.ToJsonString();
    }

    /// <summary>A text as a field holds it; what it cannot hold goes as it is, so that the CRM says so. Empty clears it.</summary>
    internal static JsonNode? Value(string? jsonType, string text)
    {
        if (text.Length == 0) return null;
        return jsonType switch
        {
            "boolean" when bool.TryParse(text, out var truth) => truth,
            "integer" or "double" when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }

    /// <summary>Whether a record may pass when it is sent again.</summary>
    private static bool MayPass(WriteBackAnswer answer) => answer is { Outcome: WriteBackOutcome.Unknown }
        or { Code: "RECORD_LOCKED" or "INTERNAL_ERROR" or "INTERNAL_SERVER_ERROR" or "TOO_MANY_REQUESTS" };
}
