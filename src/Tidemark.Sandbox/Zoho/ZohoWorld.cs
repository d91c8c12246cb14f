using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho;

/// <summary>How many records each module has, when they were last changed, and who owns them.</summary>
internal sealed class ZohoWorld
{
    private const int NeighboursInASecond = 6;
    private const int FirstPurpose = 4000;

    private readonly long _seed;

    public ZohoWorld(long seed, long size, DateTimeOffset now)
    {
        _seed = seed;
        var end = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        Contacts = new(size, end, NeighboursInASecond);
        Leads = new(size, end, NeighboursInASecond);
        Accounts = new(Math.Max(1, size / 2), end);
        Deals = new(size, end);
    }

    /// <summary>When the contacts were last changed, as are the other lines.</summary>
    public Timeline Contacts { get; }
    public Timeline Leads { get; }
    public Timeline Accounts { get; }
    public Timeline Deals { get; }

    public ZohoIds LeadIds { get; } = new(1);
    public ZohoIds ContactIds { get; } = new(2);
    public ZohoIds AccountIds { get; } = new(3);
    public ZohoIds DealIds { get; } = new(4);
    public ZohoIds UserIds { get; } = new(9);

    public Draws Draw(int purpose, long index) => new(Draws.Key(_seed, FirstPurpose + purpose), index);
}
