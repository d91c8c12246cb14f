using Tidemark;
using Tidemark.Output;

var terminal = Terminal.Standard();
using var signals = new StopSignals(terminal);
return await TidemarkCommand.InvokeAsync(args, terminal, TimeProvider.System, signals.Stop);
