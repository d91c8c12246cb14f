using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Proposals;

/// <summary>A row of the table proposals.</summary>
internal sealed record ProposalRow
{
    public const string Columns =
        "id AS Id, request AS Request, reason AS Reason, proposed_by AS ProposedBy, proposed_at AS ProposedAt, expires_at AS ExpiresAt, "
        + "status AS Status, decided_by AS DecidedBy, decided_at AS DecidedAt, run AS Run";

    public required string Id { get; init; }

    public required string Request { get; init; }

    public required string Reason { get; init; }

    public required string ProposedBy { get; init; }

    public required long ProposedAt { get; init; }

    public required long ExpiresAt { get; init; }

    public required string Status { get; init; }

    public string? DecidedBy { get; init; }

    public long? DecidedAt { get; init; }

    public string? Run { get; init; }

    public Proposal ToProposal(DateTimeOffset now)
    {
        var status = Enum.Parse<ProposalStatus>(Status, ignoreCase: true);
        return new(Id, RunRequestJson.Read(Request), CatalogText.Decode(Reason), CatalogText.Decode(ProposedBy), Time(ProposedAt), Time(ExpiresAt),
            status == ProposalStatus.Open && Time(ExpiresAt) <= now ? ProposalStatus.Expired : status)
        {
            DecidedBy = DecidedBy is { } by ? CatalogText.Decode(by) : null,
            DecidedAt = DecidedAt is { } at ? Time(at) : null,
            Run = Run,
        };
    }

    /// <summary>The proposal that a person means: an id, or the beginning of one; <c>p-</c> may be left out.</summary>
    public static async Task<Proposal> FindAsync(DbConnection connection, string id, DateTimeOffset now)
    {
        const int Shown = 3;
        var found = (await connection.QueryAsync<ProposalRow>($"""
            SELECT {Columns} FROM proposals
            WHERE @id <> '' AND (substr(id, 1, length(@id)) = @id OR substr(id, 3, length(@id)) = @id)
            ORDER BY id = @id DESC, proposed_at DESC LIMIT {Shown}
            """, new { id = CatalogText.Encode(id) })).AsList();
        if (found.Count == 1 || (found.Count > 1 && found[0].Id == id)) return found[0].ToProposal(now);
        if (found.Count > 1)
        {
            throw new TidemarkException(FailureKind.Usage, "proposal.ambiguous", $"More than one proposal begins with {id}.")
            {
                Hint = $"Among them: {string.Join(", ", found.Select(row => row.Id))}.",
            };
        }

        var open = await connection.QueryAsync<string>("SELECT id FROM proposals WHERE status = 'open' ORDER BY proposed_at DESC LIMIT 20");
        throw new TidemarkException(FailureKind.Usage, "proposal.unknown", $"There is no proposal {id}.") { Hint = NearestName.Hint(id, open, Shown) };
    }

    public static async Task<Proposal> InsertAsync(
        DbConnection connection, RunRequest request, string reason, string by, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        var id = CatalogId.New('p', now);
        await connection.ExecuteAsync("""
            INSERT INTO proposals (id, pipeline, request, reason, proposed_by, proposed_at, expires_at, status)
            VALUES (@id, @PipelineName, @json, @reason, @by, @at, @expires, 'open')
            """, new
        {
            id,
            request.PipelineName,
            json = RunRequestJson.Write(request),
            reason = CatalogText.Encode(reason),
            by = CatalogText.Encode(by),
            at = now.ToUnixTimeMilliseconds(),
            expires = expiresAt.ToUnixTimeMilliseconds(),
        });
        return await FindAsync(connection, id, now);
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
