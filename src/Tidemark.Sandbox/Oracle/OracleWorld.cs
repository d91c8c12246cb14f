using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>How many records of each kind there are, when they were made and which belongs to which.</summary>
internal sealed class OracleWorld
{
    /// <summary>The user that asks.</summary>
    public const string Caller = "TIDEMARK";

    private const long FirstId = 300_000_000_000_000;

    // Some records of an import share a second.
    private const int NeighboursInASecond = 40;

    private readonly long _seed;

    public OracleWorld(long seed, long size, DateTimeOffset now)
    {
        _seed = seed;
        // The same day, the same data: a restart does not move every record a little.
        End = new(now.UtcDateTime.Date, TimeSpan.Zero);
        Opportunities = Place(OraclePurpose.Opportunity, "OPTY-", size, NeighboursInASecond);
        Accounts = Place(OraclePurpose.Account, "CDRM-A", Math.Max(3, size / 2), 1);
        Contacts = Place(OraclePurpose.Contact, "CDRM-C", Math.Max(3, size), 8);
        Leads = Place(OraclePurpose.Lead, "LEAD-", Math.Max(2, size / 4), 1);
        Activities = Place(OraclePurpose.Activity, "ACT-", Math.Max(2, size * 2), 1);
    }

    /// <summary>The midnight before the start; every seeded record is older.</summary>
    public DateTimeOffset End { get; }

    public long EndSeconds => End.ToUnixTimeSeconds();

    public OraclePlace Opportunities { get; }
    public OraclePlace Accounts { get; }
    public OraclePlace Contacts { get; }
    public OraclePlace Leads { get; }
    public OraclePlace Activities { get; }

    public Draws Draw(OraclePurpose purpose, long index) => new(Draws.Key(_seed, (int)purpose), index);

    public static string CreatorOf(long index) => index % 4 == 0 ? Caller : "DNYEKO";

    /// <summary>Index of the account that a record of another kind belongs to.</summary>
    public long AccountOf(OraclePurpose kind, long index) =>
        Draw(OraclePurpose.Relation, (index * 8) + (int)kind).Below(Accounts.Timeline.Count);

    private OraclePlace Place(OraclePurpose purpose, string prefix, long count, int burst) => new(
        purpose, FirstId + ((long)purpose * 1_000_000_000_000),
        new IdCodec(prefix, Draws.Key(_seed, 2000 + (int)purpose)), new Timeline(count, End, burst));
}

/// <summary>What a series of draws is for. The numbers are part of the data: a new one gets a new number.</summary>
internal enum OraclePurpose
{
    Opportunity = 1,
    Account = 2,
    Contact = 3,
    Lead = 4,
    Activity = 5,
    Revenue = 6,
    Update = 7,
    Relation = 8,
    Choice = 9,
}
