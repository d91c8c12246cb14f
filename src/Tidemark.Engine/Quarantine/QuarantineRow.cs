using System.Text;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Quarantine;

/// <summary>A row of the table quarantine.</summary>
internal sealed record QuarantineRow
{
    public const string Columns =
        "id AS Id, pipeline AS Pipeline, stream AS Stream, key AS Key, run AS Run, code AS Code, subject AS Subject, "
        + "message AS Message, hint AS Hint, next_act AS NextAct, next_of AS NextOf, payload AS Payload, first_seen AS FirstSeen, "
        + "last_seen AS LastSeen, settled_by AS SettledBy";

    public required long Id { get; init; }

    public required string Pipeline { get; init; }

    public required string Stream { get; init; }

    public string? Key { get; init; }

    public required string Run { get; init; }

    public required string Code { get; init; }

    public required string Subject { get; init; }

    public required string Message { get; init; }

    public string? Hint { get; init; }

    public string? NextAct { get; init; }

    public string? NextOf { get; init; }

    public required byte[] Payload { get; init; }

    public required long FirstSeen { get; init; }

    public required long LastSeen { get; init; }

    public required string SettledBy { get; init; }

    public QuarantineEntry ToEntry() => new(
        Id, Pipeline, Run, DateTimeOffset.FromUnixTimeMilliseconds(FirstSeen), DateTimeOffset.FromUnixTimeMilliseconds(LastSeen),
        new(Stream, Encoding.UTF8.GetString(Payload), Reason)
        {
            Key = TextOrNull(Key),
            CanRetry = SettledBy == "retry",
        });

    private Problem Reason => new(Code, CatalogText.Decode(Subject), CatalogText.Decode(Message), TextOrNull(Hint))
    {
        Next = NextAct is null ? null : new NextAnswer { Act = NextAct, Of = TextOrNull(NextOf) }.ToStep(),
    };

    private static string? TextOrNull(string? stored) => stored is null ? null : CatalogText.Decode(stored);
}
