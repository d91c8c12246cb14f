using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>The scripts at work: a shell on a terminal of its own, the program itself, and somebody who presses the tabulator. Shells that are not installed are left out.</summary>
public sealed class CompletionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CommandBench _bench = new();

    /// <summary>A shell, what is typed before the tabulator, and what stands on the line or beneath it then.</summary>
    public static TheoryData<string, string, string> Completions
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var shell in new[] { "bash", "zsh", "fish" }.Where(IsThere))
            {
                all.Add(shell, "tidemark stat", "tidemark status");
                all.Add(shell, "tidemark run can", "tidemark run cancel");
                all.Add(shell, "tidemark sync --refr", "tidemark sync --refresh");
                all.Add(shell, "tidemark source set 'Italy Stripe' --con", "--connector");
                all.Add(shell, "tidemark apply -f only_f", "only_file.yaml");
            }

            return all;
        }
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Completions))]
    public async Task The_tabulator_completes(string shell, string typed, string expected)
    {
        var folder = Directory.CreateDirectory(_bench.File("folder")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "only_file.yaml"), "", CommandBench.Cancel);
        var script = _bench.File("completion");
        await File.WriteAllTextAsync(script, (await _bench.DoAsync("completion", shell)).Output, CommandBench.Cancel);
        var ready = $"PS1='ready> '; source {script}";
        await File.WriteAllTextAsync(_bench.File(".zshrc"), $"autoload -Uz compinit; compinit -u -D; {ready}\n", CommandBench.Cancel);
        await File.WriteAllTextAsync(_bench.File("bashrc"), $"{ready}; bind 'set enable-bracketed-paste off'\n", CommandBench.Cancel);
        var command = shell switch
        {
            "zsh" => "exec zsh -i",
            "fish" => $"exec fish -i --no-config -C \"function fish_prompt; echo 'ready> '; end; source {script}\"",
            _ => $"exec bash --noprofile --rcfile {_bench.File("bashrc")} -i",
        };
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols 120 rows 24; {command}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in new (string, string)[]
        {
            ("PATH", $"{AppContext.BaseDirectory}:{start.Environment["PATH"]}"), ("HOME", _bench.File("")), ("ZDOTDIR", _bench.File("")),
            ("SHELL", "/bin/sh"), ("TERM", "vt100"), ("LC_ALL", "C.UTF-8"),
        }) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var screen = new StringBuilder();
        try
        {
            await SeeAsync("ready> ");
            screen.Clear();
            await process.StandardInput.WriteAsync($"{typed}\t");
            await process.StandardInput.FlushAsync(CommandBench.Cancel);
            await SeeAsync(expected);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        async Task SeeAsync(string text)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(CommandBench.Cancel);
            patience.CancelAfter(Patience);
            var buffer = new char[4096];
            while (!Plain().Contains(text, StringComparison.Ordinal))
            {
                int read;
                try
                {
                    read = await process.StandardOutput.ReadAsync(buffer, patience.Token);
                }
                catch (OperationCanceledException late) when (!CommandBench.Cancel.IsCancellationRequested)
                {
                    throw new TimeoutException($"{shell} shows no {text}: {Plain()}", late);
                }

                if (read == 0) throw new InvalidOperationException($"{shell} ended: {Plain()}");
                screen.Append(buffer, 0, read);
            }
        }

        string Plain() => Regex.Replace(
            $"{screen}", @"\e\[[0-9;?]*[A-Za-z]|\e[=>()][0B]?|[\a\r\x08\0]", "", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private static bool IsThere(string shell) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));
}
