using Spectre.Console;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>The pipeline that names on the command line stand for: a saved one, or one made for this run.</summary>
/// <param name="Pipeline">Saved, or named <c>source:destination</c>.</param>
/// <param name="Streams">Only these; empty means those of the pipeline.</param>
internal sealed record PipelineChoice(PipelineDefinition Pipeline, IReadOnlyList<string> Streams)
{
    /// <exception cref="TidemarkException"><c>usage.names_missing</c>, <c>pipeline.unknown</c>…</exception>
    public static async Task<PipelineChoice> FromNamesAsync(Session session, Home home, IReadOnlyList<string> names) =>
        names switch
        {
            [] => new(await AskAsync(session, home), []),
            [var pipeline] => new(await home.Definitions.PipelineAsync(pipeline, session.Stop), []),
            [var pipeline, var second, ..] when await IsPipelineWithStreamsAsync(session, home, pipeline, second) =>
                new(await home.Definitions.PipelineAsync(pipeline, session.Stop), [.. names.Skip(1)]),
            [var source, var destination, ..] => new(
                DefinitionCatalog.Between(
                    (await home.Definitions.Sources.FindAsync(source, session.Stop)).Name,
                    (await home.Definitions.Destinations.FindAsync(destination, session.Stop)).Name),
                [.. names.Skip(2)]),
        };

    /// <summary>The pipeline between two addresses, saved under a name of both.</summary>
    /// <param name="session">The command.</param>
    /// <param name="home">The home of the definitions.</param>
    /// <param name="from">Address or name of the source.</param>
    /// <param name="to">Address or name of the destination.</param>
    /// <param name="streams">Separated by commas; null for all.</param>
    public static async Task<PipelineChoice> FromAddressesAsync(Session session, Home home, string from, string to, string? streams)
    {
        var addressed = await AddressedPipeline.ReadAsync(from, to, home.Definitions, session.Variable, session.Stop);
        if (addressed.HasTypedSecret && session.IsInteractive)
            session.Say("Note: a secret is now in your shell's history; env:NAME or file:PATH in its place says where it is.");
        return new(await addressed.SaveAsync(home.Definitions, session.Stop), CommaList.Of(streams ?? ""));
    }

    /// <summary>Prints the definitions that two addresses stand for, and saves nothing.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> PrintAsync(Session session, Home home, string from, string to, string? streams)
    {
        var addressed = await AddressedPipeline.ReadAsync(from, to, home.Definitions, session.Variable, session.Stop);
        var yaml = addressed.ToYaml(home.Definitions, CommaList.Of(streams ?? ""));
        if (session.IsJson) session.WriteJson(new ExportAnswer(yaml), WireJson.Default.ExportAnswer);
        else await session.Terminal.Output.WriteAsync(yaml);
        return ExitCode.Done;
    }

    /// <summary>Whether the first name is a pipeline's and the second cannot be that of a destination.</summary>
    private static async Task<bool> IsPipelineWithStreamsAsync(Session session, Home home, string first, string second) =>
        (await home.Definitions.Pipelines.NamesAsync(session.Stop)).Contains(first)
        && !(await home.Definitions.Destinations.NamesAsync(session.Stop)).Contains(second);

    private static async Task<PipelineDefinition> AskAsync(Session session, Home home)
    {
        var pipelines = await home.Definitions.Pipelines.NamesAsync(session.Stop);
        var sources = await home.Definitions.Sources.NamesAsync(session.Stop);
        var destinations = await home.Definitions.Destinations.NamesAsync(session.Stop);
        var canAsk = pipelines.Count > 0 || (sources.Count > 0 && destinations.Count > 0);
        if (!session.IsInteractive || !canAsk)
        {
            throw new TidemarkException(FailureKind.Usage, "usage.names_missing", "Name what to sync.")
            {
                Hint = pipelines.Count > 0 ? $"Pipelines: {string.Join(", ", pipelines)}."
                    : canAsk
                        ? $"Name a source ({string.Join(", ", sources)}) and a destination "
                            + $"({string.Join(", ", destinations)})."
                    : "There is nothing yet: `tidemark demo` shows how it works, `tidemark apply -f FILE` saves "
                        + "definitions.",
            };
        }

        var pairs = from source in sources from destination in destinations select DefinitionCatalog.Between(source, destination);
        var saved = await home.Definitions.Pipelines.ListAsync(session.Stop);
        var choices = saved.Concat(pairs.ExceptBy(saved.Select(Ends), Ends));
        var prompt = new SelectionPrompt<PipelineDefinition>().Title("Which pipeline?").AddChoices(choices);
        prompt.Converter = choice => Markup.Escape(Printable.Of(
            saved.Contains(choice) ? $"{choice.Name} ({choice.Source} to {choice.Destination})"
            : $"{choice.Source} to {choice.Destination}"));
        return await prompt.ShowAsync(session.Prose, session.Stop);
    }

    private static (string Source, string Destination) Ends(PipelineDefinition pipeline) =>
        (pipeline.Source, pipeline.Destination);
}
