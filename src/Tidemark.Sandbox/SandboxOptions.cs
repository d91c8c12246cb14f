namespace Tidemark.Sandbox;

public sealed record SandboxOptions
{
    /// <summary>Customers at each vendor; the other streams are in proportion. Default 500, at least 1.</summary>
    public int Size { get; init; } = 500;

    /// <summary>The same seed gives the same records, apart from their times, which follow the day of the start.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Default 8100; 0 takes any free port.</summary>
    public int ControlPort { get; init; } = 8100;

    /// <summary>Default 8101; 0 takes any free port.</summary>
    public int StripePort { get; init; } = 8101;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
