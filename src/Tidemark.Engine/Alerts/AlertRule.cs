using System.Data.Common;
using Dapper;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;

namespace Tidemark.Engine.Alerts;

/// <summary>An alert's definition, and since when it is there: what was before that is nobody's news.</summary>
internal sealed record AlertRule(AlertDefinition Definition, DateTimeOffset Since)
{
    /// <summary>Whether it tells of problems, and not only of their ends.</summary>
    public bool TellsProblems => Definition.Events.Any(Happening.Is);

    /// <summary>Whether it tells an event of a pipeline.</summary>
    public bool Tells(AlertEvent what, string pipeline, IReadOnlyList<string> labels) => Definition.Events.Contains(what) && Definition.IsFor(pipeline, labels);

    /// <summary>All of them, by name.</summary>
    public static async Task<IReadOnlyList<AlertRule>> AllAsync(DbConnection connection) =>
    [
        .. (await connection.QueryAsync<(string Body, long CreatedAt)>("SELECT body, created_at FROM definitions WHERE kind = 'alert' ORDER BY name"))
            .Select(row => new AlertRule(DefinitionJson.Read<AlertDefinition>(row.Body), DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt))),
    ];
}
