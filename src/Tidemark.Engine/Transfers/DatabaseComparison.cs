using System.Globalization;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>What two databases as a whole have to do with a transfer between them.</summary>
internal static partial class DatabaseComparison
{
    private const long OldTransactions = 1_000_000_000;
    private const long DangerousTransactions = 1_500_000_000;

    public static IEnumerable<Problem> Problems(DatabaseShape source, DatabaseShape target, TransferPolicy policy)
    {
        if (IsSame(source, target))
        {
            yield return new("transfer.same_database", "source and target", $"Source and target are the same database: {source.Name}.",
                "Name another database as the target.");
        }

        if (source.Encoding != target.Encoding || source.Encoding == "SQL_ASCII")
        {
            yield return new("transfer.encoding", "source and target",
                source.Encoding == target.Encoding ? "Both databases have the encoding SQL_ASCII, which does not say what their letters are."
                    : $"The source has the encoding {source.Encoding}, the target {target.Encoding}.",
                $"Make the target with the encoding {(source.Encoding == "SQL_ASCII" ? "of the source's letters, e.g. UTF8, and convert the source to it" : source.Encoding)}.");
        }

        if (target.IsReplica)
        {
            yield return new("transfer.target_is_replica", "target", $"{target.Name} follows another server and takes no writes.", "Name the server that it follows.");
        }

        foreach (var (database, end) in Ends(source, target).Where(end => end.Database.TransactionAge > DangerousTransactions))
        {
            yield return new("transfer.wraparound", end, $"The oldest transaction id of {database.Name} is {Count(database.TransactionAge)} transactions old; "
                + "at 2 billion the server stops, and a long transaction keeps it from being cleaned up.", "Let VACUUM (FREEZE) run first.");
        }

        if (ProductionWord().IsMatch(target.Name) && policy.Confirm != target.Database)
        {
            yield return new("transfer.looks_like_production", "target", $"The target {target.Name} looks like one of production.",
                $"If it is meant, say so: confirm: {target.Database}");
        }
    }

    public static IEnumerable<string> Remarks(DatabaseShape source, DatabaseShape target)
    {
        if (source.Identity == target.Identity && !IsSame(source, target))
            yield return "One database is a copy of the other's files: they have the same identifier.";
        if (source.Collation != target.Collation)
            yield return $"The databases sort text differently ({source.Collation} at the source, {target.Collation} at the target): unique indexes may take other texts for equal.";
        foreach (var (database, end) in Ends(source, target).Where(end => end.Database.TransactionAge is > OldTransactions and <= DangerousTransactions))
            yield return $"The oldest transaction id of the {end} is {Count(database.TransactionAge)} transactions old: a transfer keeps the server from cleaning up for as long as it lasts.";
        if (target.MaterializedViews.Count > 0)
        {
            yield return "Materialized views of the target hold what its tables had: refresh "
                + $"{string.Join(", ", target.MaterializedViews.Select(view => new TableShape(view, []).Label))} afterwards.";
        }
    }

    // A replica has its primary's identity and starts at another time; so does a copy that has gone its own way, which is another database.
    private static bool IsSame(DatabaseShape source, DatabaseShape target) =>
        source.Instance is not null && target.Instance is not null && !source.IsReplica && !target.IsReplica
            ? source.Instance == target.Instance
            : source.Identity == target.Identity || (source.Instance is not null && source.Instance == target.Instance);

    private static IEnumerable<(DatabaseShape Database, string Name)> Ends(DatabaseShape source, DatabaseShape target) => [(source, "source"), (target, "target")];

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    // Words end at whatever is no letter: prod1 and shop_live, but not livery.
    [GeneratedRegex(@"(?<!\p{L})(?:prod|production|live)(?!\p{L})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ProductionWord();
}
