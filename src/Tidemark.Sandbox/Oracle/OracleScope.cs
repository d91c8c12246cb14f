using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>
/// Which opportunities a request is shown. Without a finder only open ones of the caller's own that close in this
/// quarter; the finder's record set widens that.
/// </summary>
internal sealed class OracleScope(OracleSelection opportunities, OracleSettings settings, TimeProvider clock)
{
    private const string Finder = "MyOpportunitiesFinder";
    private static readonly string[] Own = ["MYOPTIES", "TEAM", "MGR"];
    private static readonly string[] Everything = ["ALLOPTIES", "ALL"];

    /// <exception cref="OracleProblem">400: a finder or record set that there is not.</exception>
    public Func<RecordEntry, bool> Of(OracleQuery query)
    {
        var asked = query.Conditions.FirstOrDefault(condition => condition.Field == "RecordSet")?.Value;
        if (query.Finder is null) return asked == "ALL" ? _ => true : IsOwnAndCurrent;
        var parts = query.Finder.Split(';', 2);
        if (parts[0] != Finder) throw OracleProblem.Bad($"The finder {parts[0]} does not exist.");
        var set = parts.Length > 1 ? RecordSet(parts[1]) : "MYOPTIES";
        if (Everything.Contains(set)) return settings.NeedsRecordSet && asked != "ALL" ? IsOwn : _ => true;
        return Own.Contains(set) ? IsOwn : throw OracleProblem.Bad($"The record set {set} does not exist.");
    }

    private static string RecordSet(string parameters) => parameters.Split(',')
        .Select(parameter => parameter.Split('='))
        .FirstOrDefault(pair => pair is ["RecordSet", _])?[1].Trim('\'') ?? "MYOPTIES";

    private bool IsOwn(RecordEntry entry) => opportunities.Text(entry, "CreatedBy") == OracleWorld.Caller;

    private bool IsOwnAndCurrent(RecordEntry entry)
    {
        var today = clock.GetUtcNow();
        var quarter = new DateOnly(today.Year, ((today.Month - 1) / 3 * 3) + 1, 1);
        return IsOwn(entry) && opportunities.Text(entry, "StatusCode") == "OPEN"
            && opportunities.Text(entry, "EffectiveDate") is { } day
            && DateOnly.TryParse(day, CultureInfo.InvariantCulture, out var close)
            && close >= quarter && close < quarter.AddMonths(3);
    }
}
