using System.Globalization;

namespace Tidemark.Benchmarks;

/// <summary>
/// Every source into PostgreSQL: at its own pace, as it would read from the vendor; and with slow pages, one range at a
/// time against several.
/// </summary>
internal static class SourceComparison
{
    private const int SlowRecords = 20_000;
    private const int SlowMilliseconds = 100;

    // Requests a second that the vendor allows the stand-in's credentials; 0 where none is documented.
    public static readonly (string Source, double Allowed)[] Sources =
        [("stripe", 25), ("close", 20), ("square", 0), ("zoho", 0), ("oracle", 0), ("graphql", 0)];

    public static async Task<int> RunAsync(Settings settings)
    {
        Output.Line("source     requests  records/s  requests/s  share of the allowed rate  peak RSS MB   slow pages: 1 at a time / several (x)");
        foreach (var (source, allowed) in Sources)
        {
            var own = settings with { Source = source, KeepsPace = true, Parallel = 8 };
            using var stand = await Stand.StartAsync(own);
            var first = await Comparison.MeasureAsync("first", own, stand.Vendor);
            var (requests, seconds) = await stand.RequestsAsync(source);

            var slow = settings with { Source = source, Records = SlowRecords, Delay = SlowMilliseconds, Parallel = 8 };
            using var late = await Stand.StartAsync(slow);
            var one = await Comparison.MeasureAsync("serial", slow, late.Vendor);
            var many = await Comparison.MeasureAsync("pages", slow, late.Vendor);
            var rate = seconds > 0 ? requests / seconds : 0;
            var share = allowed == 0 ? "none documented" : string.Create(CultureInfo.InvariantCulture, $"{rate / allowed:P0} of {allowed}/s");
            Output.Line(string.Create(CultureInfo.InvariantCulture,
                $"{source,-10} {requests,8:N0} {settings.Records / first.Seconds,10:N0} {rate,11:N1}  {share,-25}  {first.PeakMegabytes,11:N0}   {one.Seconds:0.0} s / {many.Seconds:0.0} s ({one.Seconds / many.Seconds:0.0} x)"));
        }

        return 0;
    }
}
