namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>What a plan and the price of the same id say in two shapes.</summary>
internal readonly record struct Tariff
{
    private static readonly string[] Currencies = ["usd", "usd", "eur", "jpy"];
    private static readonly long[] Amounts = [500, 900, 1500, 2000, 2900, 4900, 9900, 14900, 49900, 120000];

    public required long Index { get; init; }
    public required bool IsActive { get; init; }
    public required string Currency { get; init; }

    /// <summary>Minor units; null when tiers set the price, or when it has a fraction of a minor unit.</summary>
    public required long? Amount { get; init; }

    public required string? AmountDecimal { get; init; }
    public required string Interval { get; init; }
    public required string? Nickname { get; init; }
    public required bool IsMetered { get; init; }
    public required bool IsTiered { get; init; }
    public required long? TrialDays { get; init; }

    /// <summary>For sums of invoices, where a price without a plain amount counts too.</summary>
    public long AmountOrTypical => Amount ?? 1200;

    public static bool Active(StripeWorld world, long index) => world.Draw(Purpose.State, ~index).Next() % 10 != 0;

    public static string CurrencyOf(long index) => Currencies[index % Currencies.Length];

    public static Tariff Of(StripeWorld world, long index)
    {
        var draws = world.Draw(Purpose.Price, index);
        var kind = draws.Below(20);
        var amount = kind is 0 or 1 ? (long?)null : draws.From(Amounts);
        return new()
        {
            Index = index,
            IsActive = Active(world, index),
            Currency = CurrencyOf(index),
            Amount = amount,
            AmountDecimal = kind == 0 ? "12.5" : amount?.ToString(provider: null),
            Interval = draws.Percent(70) ? "month" : "year",
            Nickname = draws.Percent(40) ? "Général" : null,
            IsMetered = kind == 0,
            IsTiered = kind == 1,
            TrialDays = draws.Percent(20) ? 14 : null,
        };
    }

    /// <summary>The <paramref name="number"/>th price to go with another: same currency and not newer.</summary>
    public static long Beside(long index, long number)
    {
        var sort = index % Currencies.Length;
        var rank = index / Currencies.Length;
        return sort + Currencies.Length * ((rank + number) % (rank + 1));
    }
}
