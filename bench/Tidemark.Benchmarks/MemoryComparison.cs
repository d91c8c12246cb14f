using System.Globalization;

namespace Tidemark.Benchmarks;

/// <summary>
/// The peak memory of a first sync at a hundredth, a tenth and the whole of the records: what grows with the records
/// shows between the last two.
/// </summary>
internal static class MemoryComparison
{
    private static readonly int[] Parts = [100, 10, 1];

    public static async Task<int> RunAsync(Settings settings)
    {
        Output.Line("source        records   seconds   records/s   peak RSS MB   x of the size before");
        foreach (var source in SourceComparison.Sources.Select(each => each.Source))
        {
            if (settings.IsOfOneSource && source != settings.Source) continue;
            double? before = null;
            foreach (var records in Parts.Select(part => settings.Records / part))
            {
                var sized = settings with { Source = source, Records = records, Parallel = 8 };
                using var stand = await Stand.StartAsync(sized);
                var first = await Comparison.MeasureAsync("first", sized, stand.Vendor);
                Output.Line(string.Create(CultureInfo.InvariantCulture,
                    $"{source,-10} {records,10:N0} {first.Seconds,9:N1} {records / first.Seconds,11:N0} {first.PeakMegabytes,13:N0}   {first.PeakMegabytes / before:0.00}"));
                before = first.PeakMegabytes;
            }
        }

        return 0;
    }
}
