using System.CommandLine;
using System.CommandLine.Completions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Commands;

/// <summary>What a shell is offered beside the verbs: the names of the home that is there.</summary>
/// <param name="Sources">Names of sources.</param>
/// <param name="Destinations">Names of destinations.</param>
/// <param name="Pipelines">Names of pipelines.</param>
/// <param name="Channels">Names of channels.</param>
/// <param name="Alerts">Names of alerts.</param>
/// <param name="Backups">Names of backups.</param>
/// <param name="Runs">Ids of the latest runs, and the word last.</param>
internal sealed record HomeNames(
    IReadOnlyList<string> Sources, IReadOnlyList<string> Destinations, IReadOnlyList<string> Pipelines, IReadOnlyList<string> Channels, IReadOnlyList<string> Alerts,
    IReadOnlyList<string> Backups, IReadOnlyList<string> Runs)
{
    private const int LatestRuns = 20;

    // Who presses the tabulator waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // The parser asks while it answers a shell, and hands nothing through.
    private static readonly AsyncLocal<HomeNames?> Asked = new();

    /// <summary>Sources, destinations and pipelines.</summary>
    public IEnumerable<string> Definitions => [.. Pipelines, .. Sources, .. Destinations];

    /// <summary>Those of a kind of definition, e.g. <c>source</c>.</summary>
    public IEnumerable<string> Of(string kind) => kind switch
    {
        "source" => Sources,
        "destination" => Destinations,
        "channel" => Channels,
        "alert" => Alerts,
        _ => Pipelines,
    };

    /// <summary>Answers the questions of this flow with names from now on; with none where they are null.</summary>
    public static void Answer(HomeNames? names) => Asked.Value = names;

    /// <summary>The names of the home that a line is about. Makes no home; null where there is none, or it cannot be read.</summary>
    public static async Task<HomeNames?> FindAsync(Session session)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(session.Stop);
        late.CancelAfter(Patience);
        try
        {
            await using var home = await session.OpenHomeAsync(late.Token);
            var runs = await home.Runs.ListAsync(LatestRuns, new RunFilter(), late.Token);
            return new(
                await home.Definitions.Sources.NamesAsync(late.Token), await home.Definitions.Destinations.NamesAsync(late.Token),
                await home.Definitions.Pipelines.NamesAsync(late.Token), await home.Definitions.Channels.NamesAsync(late.Token), await home.Definitions.Alerts.NamesAsync(late.Token),
                [.. (await home.Backups.ListAsync(pipeline: null, late.Token)).Select(file => file.Name)],
                [RunStore.LastWord, .. runs.Select(run => run.Id)]);
        }
        catch (Exception unknown) when (unknown is TidemarkException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            // The command itself will say what is wrong.
            return null;
        }
    }

    /// <summary>The names among those that the shell may put on the line as they are.</summary>
    public static IEnumerable<CompletionItem> Offered(Func<HomeNames, IEnumerable<string>> which) =>
        Asked.Value is not { } names ? [] : which(names).Distinct(StringComparer.Ordinal).Where(IsPlain).Select(name => new CompletionItem(name));

    // A shell would split others, or carry out what is in them.
    private static bool IsPlain(string name) => name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':');
}

/// <summary>Lets what is typed be one of the names of the home.</summary>
internal static class Offering
{
    public static Argument<T> Offers<T>(this Argument<T> argument, Func<HomeNames, IEnumerable<string>> which)
    {
        argument.CompletionSources.Add(_ => HomeNames.Offered(which));
        return argument;
    }

    public static Option<T> Offers<T>(this Option<T> option, Func<HomeNames, IEnumerable<string>> which)
    {
        option.CompletionSources.Add(_ => HomeNames.Offered(which));
        return option;
    }
}
