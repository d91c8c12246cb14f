using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square;

/// <summary>
/// How many records of each kind a seller has, when they were made and which belongs to which. Everything follows from
/// the seed and an index.
/// </summary>
internal sealed class SquareWorld
{
    /// <summary>More than one search of orders may name.</summary>
    public const int LocationCount = 12;

    /// <summary>Each variation is counted at three locations, and at the first of them in a second state.</summary>
    public const int CountsOfVariation = 4;

    /// <summary>Most times are whole seconds and these milliseconds.</summary>
    public const int Milliseconds = 337;

    private const int NeighboursInASecond = 8;
    private const int TaxCount = 6;
    private readonly long _seed;

    public SquareWorld(long seed, long size, DateTimeOffset now)
    {
        _seed = seed;
        var end = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        Locations = new(LocationCount, end);
        Categories = new(Math.Max(5, size / 25), end);
        Taxes = new(TaxCount, end);
        Items = new(size, end, NeighboursInASecond);
        Variations = new(VariationsOf.Before(size), end, NeighboursInASecond);
        Counts = new(Variations.Count * CountsOfVariation, end, NeighboursInASecond);
        Orders = new(size * 2, end, NeighboursInASecond);
        LineItems = new(LinesOf.Before(Orders.Count), end);
    }

    /// <summary>How many variations an item has.</summary>
    public Brood VariationsOf { get; } = new(1, 2, 3, 2);

    /// <summary>How many line items an order has.</summary>
    public Brood LinesOf { get; } = new(2, 1, 3, 0, 1, 2, 4, 1);

    public Timeline Locations { get; }
    public Timeline Categories { get; }
    public Timeline Taxes { get; }
    public Timeline Items { get; }
    public Timeline Variations { get; }
    public Timeline Counts { get; }
    public Timeline Orders { get; }
    public Timeline LineItems { get; }

    public IdCodec LocationIds => field ??= Codec("L", Series.Location);
    public IdCodec CategoryIds => field ??= Codec("CATTMD7Q", Series.Category);
    public IdCodec TaxIds => field ??= Codec("TAXTMD7Q", Series.Tax);
    public IdCodec ItemIds => field ??= Codec("ITMTMD7Q", Series.Item);
    public IdCodec VariationIds => field ??= Codec("VARTMD7Q", Series.Variation);
    public IdCodec CountIds => field ??= Codec("CNTTMD7Q", Series.Count);
    public IdCodec OrderIds => field ??= Codec("ORDTMD7Q", Series.Order);
    public IdCodec LineIds => field ??= Codec("li-", Series.Line);
    public IdCodec CustomerIds => field ??= Codec("CUSTMD7Q", Series.Customer);

    public Draws Draw(Series series, long index) => new(Draws.Key(_seed, 5000 + (int)series), index);

    public static Place PlaceOf(long location) => Places.All[(int)(location % Places.All.Length)];

    /// <summary>Currency in upper case, of a location.</summary>
    public static string CurrencyOf(long location) => PlaceOf(location).Currency.ToUpperInvariant();

    private IdCodec Codec(string prefix, Series series) => new(prefix, Draws.Key(_seed, 6000 + (int)series));
}

/// <summary>What a series of draws is for. The numbers are part of the data: a new one gets a new number.</summary>
internal enum Series
{
    Location = 1,
    Category = 2,
    Tax = 3,
    Item = 4,
    Variation = 5,
    Count = 6,
    Order = 7,
    Line = 8,
    Customer = 9,
    Choice = 20,
}

/// <summary>How many children parents have, by a pattern that repeats.</summary>
internal sealed class Brood(params int[] pattern)
{
    private readonly int _sum = pattern.Sum();

    public int Of(long parent) => pattern[parent % pattern.Length];

    /// <summary>Children of all parents before one; also the index of its own first child.</summary>
    public long Before(long parent) =>
        parent / pattern.Length * _sum + pattern.Take((int)(parent % pattern.Length)).Sum();

    public long ParentOf(long child)
    {
        var parent = child / _sum * pattern.Length;
        while (Before(parent + 1) <= child) parent++;
        return parent;
    }
}
