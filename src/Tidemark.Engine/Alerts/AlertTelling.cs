using System.Security.Cryptography;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;

namespace Tidemark.Engine.Alerts;

/// <summary>Makes messages of what waits to be told, in one transaction with the mark that it is told.</summary>
/// <param name="database">The catalog.</param>
/// <param name="publicAddress">Address under which people reach the server's pages; null where nobody said.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class AlertTelling(CatalogDatabase database, Uri? publicAddress, TimeProvider clock)
{
    /// <summary>Tells what is due.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        // Nearly always nothing waits, and looking takes no lock.
        var waiting = await database.ReadAsync(AlertTable.WaitingAsync, cancellationToken);
        if (waiting.Count == 0) return;
        await database.WriteAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            await AlertTable.EndUnruledAsync(connection, now);
            var rules = await AlertRule.AllAsync(connection);
            var all = (await AlertTable.WaitingAsync(connection)).ToLookup(alert => alert.Rule, StringComparer.Ordinal);
            foreach (var rule in rules.Select(rule => rule.Definition).Where(rule => all.Contains(rule.Name)))
            {
                foreach (var parts in AlertGroups.Due(rule, all[rule.Name], now))
                {
                    var (group, message) = (NewId(), Message(rule, parts, now));
                    foreach (var channel in rule.Channels)
                        await DeliveryRow.InsertAsync(connection, new(NewId(), rule.Name, channel, DeliveryState.Waiting, now, message), group);
                    await AlertTable.ToldAsync(connection, parts, group, now);
                }
            }
        }, cancellationToken);
    }

    /// <summary>An id that no other message has.</summary>
    internal static string NewId() => "msg_" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    private ChannelMessage Message(AlertDefinition rule, IReadOnlyList<Alert> parts, DateTimeOffset now)
    {
        List<ChannelAlert> said = [.. parts.Select(alert => alert.Said with { Times = alert.Times > 1 ? (int)alert.Times : null, Link = Link(alert.Said) })];
        return new("alert", now, new(Subject(said), rule.Name, said.Max(alert => alert.Severity), said));
    }

    private static string Subject(List<ChannelAlert> said) => said is [var only] ? AlertText.Line(only.Headline)
        : AlertText.Line($"{said.Count} messages: {string.Join("; ", said.Select(alert => alert.Headline))}");

    private string? Link(ChannelAlert said)
    {
        if (publicAddress is null) return null;
        var page = said.Run is { } run ? $"runs/{Uri.EscapeDataString(run)}" : $"pipelines/{Uri.EscapeDataString(said.Pipeline)}";
        return $"{publicAddress.AbsoluteUri.TrimEnd('/')}/{page}";
    }
}
