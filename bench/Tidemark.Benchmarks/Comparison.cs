using System.Globalization;

namespace Tidemark.Benchmarks;

/// <summary>Runs the measurements in turn, several rounds, and prints medians and ratios.</summary>
internal static class Comparison
{
    public static async Task<int> RunAsync(Settings settings)
    {
        using var stand = await Stand.StartAsync(settings);
        await MeasureAsync("pages", settings, stand.Vendor); // warms the stand-in up
        var figures = settings.What.ToDictionary(what => what, _ => new List<Figure>());
        for (var round = 0; round < settings.Runs; round++)
        {
            foreach (var what in settings.What) figures[what].Add(await MeasureAsync(what, settings, stand.Vendor));
        }

        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"{settings.Records} customers, {settings.Runs} rounds, {settings.Delay} ms a page, {settings.Parallel} ranges at once"));
        Output.Line("what      rows/s (median)   seconds min/median/max    peak RSS MB   own CPU s   x of the slower bound");
        var bound = settings.What.Where(what => what is "pages" or "copy").Select(what => Median(figures[what])).DefaultIfEmpty(0).Max();
        foreach (var (what, measured) in figures)
        {
            var seconds = measured.Select(figure => figure.Seconds).Order().ToList();
            var median = Median(measured);
            Output.Line(string.Create(CultureInfo.InvariantCulture,
                $"{what,-8} {settings.Records / median,12:N0}       {seconds[0]:0.00}/{median:0.00}/{seconds[^1]:0.00} {measured.Max(figure => figure.PeakMegabytes),12:N0} {measured.Min(figure => figure.ProcessorSeconds),12:0.00} {(bound == 0 ? 0 : median / bound),14:0.00}"));
        }

        return 0;
    }

    private static double Median(IEnumerable<Figure> figures)
    {
        var seconds = figures.Select(figure => figure.Seconds).Order().ToList();
        return seconds[seconds.Count / 2];
    }

    public static async Task<Figure> MeasureAsync(string what, Settings settings, Uri vendor)
    {
        using var process = Child.Start(["measure", what, .. settings.ToArguments(vendor)]);
        var answer = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{what} failed: {answer}");
        var parts = answer.Split(' ');
        return new Figure(
            double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture),
            double.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    internal sealed record Figure(double Seconds, double PeakMegabytes, double ProcessorSeconds);
}
