using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>How a vendor's clock differs from ours, by the dates of its answers.</summary>
/// <param name="clock">Our clock.</param>
public sealed class VendorClock(TimeProvider clock)
{
    // Clocks differ by less. A date further off is no clock's, or it is ours that is wrong: neither may move a cursor.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromDays(1);

    private long _behind = long.MaxValue;
    private long _ahead;
    private long _oddDate;

    /// <summary>How far it is behind ours; zero where it is not, or nothing is known.</summary>
    public TimeSpan Behind => Interlocked.Read(ref _behind) is var ticks and < long.MaxValue ? new(ticks) : TimeSpan.Zero;

    /// <summary>How far it is ahead of ours; at least zero.</summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref _ahead));

    /// <summary>What a person should know of it, in a sentence each: dates that no clock of today shows. Empty for nothing.</summary>
    public IReadOnlyList<string> Remarks => Interlocked.Read(ref _oddDate) is var ticks and > 0
        ? [string.Create(CultureInfo.InvariantCulture,
            $"The vendor dates its answers {MomentText.Of(new DateTimeOffset(ticks, TimeSpan.Zero))}, a day or more off from the clock here: these dates are passed over. Check this machine's clock.")]
        : [];

    /// <summary>Takes the date of an answer into account.</summary>
    internal void Note(DateTimeOffset date)
    {
        if ((date - clock.GetUtcNow()).Duration() > MaxSkew)
        {
            Interlocked.CompareExchange(ref _oddDate, date.UtcTicks, 0);
            return;
        }

        var ahead = (date - clock.GetUtcNow()).Ticks;
        for (var most = Interlocked.Read(ref _ahead); ahead > most; most = Interlocked.Read(ref _ahead))
            Interlocked.CompareExchange(ref _ahead, ahead, most);
        // Dates have whole seconds. An answer that was long on its way seems older than it is: the least is the nearest.
        var behind = Math.Max(0, (clock.GetUtcNow() - date - TimeSpan.FromSeconds(1)).Ticks);
        for (var known = Interlocked.Read(ref _behind); behind < known;)
        {
            var seen = Interlocked.CompareExchange(ref _behind, behind, known);
            if (seen == known) return;
            known = seen;
        }
    }
}
