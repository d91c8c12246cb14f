using Tidemark.Benchmarks;

// Each measurement is a process of its own, so that its peak memory is its own; "run" is what a person starts.
return args switch
{
    ["run", .. var options] => await Comparison.RunAsync(Settings.Parse(options)),
    ["sources", .. var options] => await SourceComparison.RunAsync(Settings.Parse(options)),
    ["memory", .. var options] => await MemoryComparison.RunAsync(Settings.Parse(options)),
    ["nodes", .. var options] => await NodeKills.RunAsync(Settings.Parse(options)),
    ["server", .. var options] => await ServerLoad.RunAsync(Settings.Parse(options)),
    ["undo", .. var options] => await UndoComparison.RunAsync(Settings.Parse(options)),
    ["transfer", .. var options] => await TransferComparison.RunAsync(Settings.Parse(options)),
    ["measure", var what, .. var options] => await Measurement.RunAsync(what, Settings.Parse(options)),
    ["sandbox", var source, var records] => await Stand.HoldAsync(source, int.Parse(records, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Output.Usage(),
};
