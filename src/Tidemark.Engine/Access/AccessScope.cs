using System.Data.Common;
using System.Text.Json;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Access;

/// <summary>What a token or a user may do, and to which pipelines.</summary>
/// <param name="Role">The role.</param>
/// <param name="Pipelines">The pipelines that the role is for; empty for all.</param>
internal sealed record AccessScope(Role Role, IReadOnlyList<string> Pipelines)
{
    /// <summary>As the catalog has it.</summary>
    public static AccessScope Read(string role, string pipelines) =>
        new(Enum.Parse<Role>(role, ignoreCase: true), JsonSerializer.Deserialize(pipelines, PlainJson.Default.IReadOnlyListString)!);

    /// <summary>The pipelines as the catalog keeps them.</summary>
    public string PipelinesText => JsonText.Line(Pipelines, PlainJson.Default.IReadOnlyListString);

    /// <summary>Refuses what nobody can have.</summary>
    /// <param name="connection">Tells which pipelines there are.</param>
    /// <param name="kind"><c>token</c> or <c>user</c>, with which codes begin.</param>
    /// <exception cref="TidemarkException"><c>….admin_limited</c>, <c>pipeline.unknown</c> (usage).</exception>
    public async Task RequireAsync(DbConnection connection, string kind)
    {
        if (Role == Role.Admin && Pipelines.Count > 0)
        {
            throw new TidemarkException(FailureKind.Usage, $"{kind}.admin_limited",
                "An admin changes sources and access, which belong to no pipeline: give the role operator, or all pipelines.");
        }

        if (Pipelines.Any(string.IsNullOrEmpty)) throw new TidemarkException(FailureKind.Usage, "pipeline.unknown", "There is no pipeline without a name.");
        var known = await DefinitionSet<PipelineDefinition>.NamesAsync(connection);
        if (Pipelines.FirstOrDefault(pipeline => !known.Contains(pipeline, StringComparer.Ordinal)) is { } unknown)
            throw new TidemarkException(FailureKind.Usage, "pipeline.unknown", $"There is no pipeline {unknown}.") { Hint = NearestName.Hint(unknown, known) };
    }

    /// <summary>For the audit trail: <c>operator of payments, orders</c>.</summary>
    public override string ToString() => Pipelines.Count > 0 ? $"{EnumWord.Of(Role)} of {string.Join(", ", Pipelines)}" : EnumWord.Of(Role);
}
