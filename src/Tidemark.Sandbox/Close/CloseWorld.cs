using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close;

/// <summary>
/// How many records of each kind there are, when they were made and which belongs to which. Everything follows from
/// the seed and an index.
/// </summary>
internal sealed class CloseWorld
{
    // Ids have 43 characters after their prefix; these are the organization's own 32.
    private const string Own = "TmdXk3qYzR7vW1nB5hD9sGfJ4mPcT8aL";
    private const int NeighboursInASecond = 8;

    public const string Organization = "orga_" + Own + "00000000001";

    private readonly long _seed;

    public CloseWorld(long seed, long size, DateTimeOffset now)
    {
        _seed = seed;
        // The same day, the same data: a restart does not move every record a little.
        End = new(now.UtcDateTime.Date, TimeSpan.Zero);
        Leads = new(size, End, NeighboursInASecond);
        Contacts = new(size * 3 / 2, End, NeighboursInASecond);
        Opportunities = new(Math.Max(1, size * 3 / 5), End);
        Activities = new(size * 3, End, NeighboursInASecond);
        Tasks = new(Math.Max(1, size * 4 / 5), End);
        Users = new(Math.Max(3, size / 100), End);
    }

    /// <summary>The midnight before the start; every seeded record is older.</summary>
    public DateTimeOffset End { get; }


    public Timeline Leads { get; }
    public Timeline Contacts { get; }
    public Timeline Opportunities { get; }
    public Timeline Activities { get; }
    public Timeline Tasks { get; }
    public Timeline Users { get; }

    public IdCodec LeadIds => field ??= Codec("lead_", 1);
    public IdCodec ContactIds => field ??= Codec("cont_", 2);
    public IdCodec OpportunityIds => field ??= Codec("oppo_", 3);
    public IdCodec ActivityIds => field ??= Codec("acti_", 4);
    public IdCodec TaskIds => field ??= Codec("task_", 5);
    public IdCodec UserIds => field ??= Codec("user_", 6);
    public IdCodec FieldIds => field ??= Codec("cf_", 7);
    public IdCodec PipelineIds => field ??= Codec("pipe_", 8);
    public IdCodec LeadStatusIds => field ??= Codec("stat_", 9);
    public IdCodec OpportunityStatusIds => field ??= Codec("stat_", 10);
    public IdCodec EventIds => field ??= Codec("ev_", 11);

    /// <summary>A line of few records, made on the first days.</summary>
    public Timeline Few(int count) => new(count, End.AddYears(-2));

    public Draws Draw(int purpose, long index) => new(Draws.Key(_seed, 2000 + purpose), index);

    public RecordId User(long number) => new(UserIds, number % Users.Count);

    /// <summary>The lead that a seeded child belongs to; one made later is given to any.</summary>
    public long LeadOf(Timeline children, long child) =>
        child < children.Count ? child * Leads.Count / children.Count : child % Leads.Count;

    /// <summary>The first seeded child of a lead; the one before it is the last child of the lead before.</summary>
    public long FirstChild(Timeline children, long lead) => (lead * children.Count + Leads.Count - 1) / Leads.Count;

    /// <summary>A moment as Close writes it: microseconds and an offset.</summary>
    public static string Moment(long second, long index) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
        + string.Create(CultureInfo.InvariantCulture, $".{index % 1000:D3}000+00:00");

    private IdCodec Codec(string prefix, int purpose) => new(prefix + Own, Draws.Key(_seed, 3000 + purpose));
}
