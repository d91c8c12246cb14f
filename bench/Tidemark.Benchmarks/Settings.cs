using System.Globalization;

namespace Tidemark.Benchmarks;

/// <summary>What is measured, and how.</summary>
internal sealed record Settings
{
    public int Records { get; init; } = 100_000;

    public int Runs { get; init; } = 5;

    public int Pipelines { get; init; } = 500;

    /// <summary>Milliseconds that the vendor takes for each page.</summary>
    public int Delay { get; init; }

    public int Parallel { get; init; } = 4;

    public string Source { get; init; } = "stripe";

    /// <summary>Whether one source was asked for; else those that are compared are all of them.</summary>
    public bool IsOfOneSource { get; init; }

    /// <summary>Whether the connector keeps its own pace, as it would with the vendor; else it is not held back.</summary>
    public bool KeepsPace { get; init; }

    /// <summary>The stream that has as many records as were asked for.</summary>
    public string Stream => Source switch
    {
        "close" => "leads",
        "square" => "catalog_items",
        "zoho" => "contacts",
        "oracle" => "opportunities",
        _ => "customers",
    };

    public IReadOnlyList<string> What { get; init; } = ["pages", "copy", "first", "again"];

    /// <summary>Address of the stand-in vendor; set by the process that started it.</summary>
    public Uri? Vendor { get; init; }

    /// <summary>How much of the shop is made: 1 is 4.2 million rows.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The two databases of a transfer; set by the process that started their servers.</summary>
    public string? From { get; init; }

    public string? To { get; init; }

    public static string Postgres => Environment.GetEnvironmentVariable("TIDEMARK_BENCH_POSTGRES")
        ?? throw new InvalidOperationException("TIDEMARK_BENCH_POSTGRES is not set.");

    public static Settings Parse(IReadOnlyList<string> options)
    {
        var settings = new Settings();
        for (var at = 0; at + 1 < options.Count; at += 2)
        {
            var value = options[at + 1];
            settings = options[at] switch
            {
                "--records" => settings with { Records = Number(value) },
                "--pipelines" => settings with { Pipelines = Number(value) },
                "--runs" => settings with { Runs = Number(value) },
                "--delay" => settings with { Delay = Number(value) },
                "--parallel" => settings with { Parallel = Number(value) },
                "--what" => settings with { What = value.Split(',') },
                "--factor" => settings with { Factor = double.Parse(value, CultureInfo.InvariantCulture) },
                "--from" => settings with { From = value },
                "--to" => settings with { To = value },
                "--source" => settings with { Source = value, IsOfOneSource = true },
                "--pace" => settings with { KeepsPace = value == "own" },
                "--vendor" => settings with { Vendor = new Uri(value) },
                _ => throw new InvalidOperationException($"There is no option {options[at]}."),
            };
        }

        return settings;
    }

    public IReadOnlyList<string> ToArguments(Uri vendor) =>
    [
        "--records", Text(Records), "--parallel", Text(Parallel), "--source", Source, "--pace", KeepsPace ? "own" : "none",
        "--vendor", vendor.ToString(),
    ];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
