using System.Text.Json.Serialization;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Wire;

/// <summary>How a pipeline transfers tables. The keys are those of its YAML.</summary>
public sealed record TransferPolicyAnswer
{
    public required ApplyMode Apply { get; init; }

    /// <summary>Empty for every table.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    public required IReadOnlyList<string> Exclude { get; init; }

    /// <summary>Table to SQL condition.</summary>
    public required IReadOnlyDictionary<string, string> Where { get; init; }

    /// <summary>Whether a condition holds for the rows that refer to the table's rows.</summary>
    public required bool Follow { get; init; }

    /// <summary><c>table.column</c> to what the source gives in its place.</summary>
    public required IReadOnlyDictionary<string, ColumnMask> Mask { get; init; }

    public required TriggerUse Triggers { get; init; }

    /// <summary>Null where nothing is confirmed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Confirm { get; init; }

    public required int Parallel { get; init; }

    public static TransferPolicyAnswer? Of(TransferPolicy? policy) => policy is null ? null : new()
    {
        Apply = policy.Apply,
        Tables = policy.Tables,
        Exclude = policy.Exclude,
        Where = policy.Where,
        Follow = policy.Follow,
        Mask = policy.Mask,
        Triggers = policy.Triggers,
        Confirm = policy.Confirm,
        Parallel = policy.Parallel,
    };
}
