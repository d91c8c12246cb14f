using System.Security.Cryptography;
using System.Text;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>The plans that are saved for those who are on another machine: files in a folder of the home, kept as long as the logs of runs.</summary>
public sealed class PlanFolder
{
    private const string Name = "plans";

    private readonly HomeFolder _home;

    internal PlanFolder(HomeFolder home) => _home = home;

    /// <summary>Full name of the file for a plan that is about to be made.</summary>
    /// <param name="key">The same key gives the same name; null for a name of its own.</param>
    public string NameFor(string? key)
    {
        var name = key is null ? Guid.NewGuid().ToString("N") : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return Path.Combine(_home.MakeFolder(Name), $"{name}.jsonl");
    }

    /// <summary>Full name of the file with the plan of a dry run.</summary>
    /// <exception cref="TidemarkException"><c>plan.unknown</c> (usage).</exception>
    public string FileOf(RunRecord run) =>
        run.Request is DryRun { SaveAs: { } file } && Path.GetDirectoryName(file) == _home.File(Name) && File.Exists(file) ? file
            : throw new TidemarkException(FailureKind.Usage, "plan.unknown", $"No plan of the run {run.Id} is kept here.")
            {
                Hint = "A dry run keeps its plan where that is asked for, as long as logs are kept.",
            };

    /// <summary>Removes the plans that were made before a moment.</summary>
    internal void Prune(DateTimeOffset before)
    {
        if (!Directory.Exists(_home.File(Name))) return;
        foreach (var file in Directory.EnumerateFiles(_home.File(Name)).Where(file => File.GetLastWriteTimeUtc(file) < before.UtcDateTime)) File.Delete(file);
    }
}
