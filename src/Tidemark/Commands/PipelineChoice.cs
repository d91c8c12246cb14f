using Spectre.Console;
using Tidemark.Commands.Definitions;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>The pipeline that names on the command line stand for: a saved one, or one made for this run.</summary>
/// <param name="Pipeline">Name of a saved one, or <c>source:destination</c>.</param>
/// <param name="Streams">Only these; empty means those of the pipeline.</param>
internal sealed record PipelineChoice(string Pipeline, IReadOnlyList<string> Streams)
{
    /// <exception cref="TidemarkException"><c>usage.names_missing</c>, <c>pipeline.unknown</c>…</exception>
    public static async Task<PipelineChoice> FromNamesAsync(Session session, IReadOnlyList<string> names) => names switch
    {
        [] => new(await AskAsync(session), []),
        [var pipeline] => new(await CheckedAsync(session, pipeline), []),
        [var pipeline, var second, ..] when await IsPipelineWithStreamsAsync(session, pipeline, second) => new(pipeline, [.. names.Skip(1)]),
        [var source, var destination, ..] => new(
            DefinitionCatalog.Between(await SourceVerb.RequireAsync(session, source), await DestinationVerb.RequireAsync(session, destination)).Name, [.. names.Skip(2)]),
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
        return new((await addressed.SaveAsync(home.Definitions, session.Stop)).Name, CommaList.Of(streams ?? ""));
    }

    /// <summary>Prints the definitions that two addresses stand for, and saves nothing.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> PrintAsync(Session session, Home home, string from, string to, string? streams)
    {
        var addressed = await AddressedPipeline.ReadAsync(from, to, home.Definitions, session.Variable, session.Stop);
        return await PrintAsync(session, home, addressed, CommaList.Of(streams ?? ""));
    }

    /// <inheritdoc cref="PrintAsync(Session, Home, string, string, string)"/>
    public static async Task<int> PrintAsync(Session session, Home home, AddressedPipeline addressed, IReadOnlyList<string> streams)
    {
        var yaml = addressed.ToYaml(home.Definitions, streams);
        if (session.IsJson) session.WriteJson(new ExportAnswer(yaml), WireJson.Default.ExportAnswer);
        else await session.Terminal.Output.WriteAsync(yaml);
        return ExitCode.Done;
    }

    /// <summary>A server says by itself that there is no such pipeline.</summary>
    private static async Task<string> CheckedAsync(Session session, string pipeline) =>
        session.Server is null ? (await (await session.OpenHomeAsync()).Definitions.PipelineAsync(pipeline, session.Stop)).Name : pipeline;

    /// <summary>Whether the first name is a pipeline's and the second cannot be that of a destination.</summary>
    private static async Task<bool> IsPipelineWithStreamsAsync(Session session, string first, string second) =>
        (await PipelineVerb.NamesAsync(session)).Contains(first) && !(await DestinationVerb.NamesAsync(session)).Contains(second);

    private static async Task<string> AskAsync(Session session)
    {
        var saved = await PipelineVerb.ListAsync(session);
        var (sources, destinations) = (await SourceVerb.NamesAsync(session), await DestinationVerb.NamesAsync(session));
        var canAsk = saved.Count > 0 || (sources.Count > 0 && destinations.Count > 0);
        if (!session.IsInteractive || !canAsk)
        {
            throw new TidemarkException(FailureKind.Usage, "usage.names_missing", "Name what to sync.")
            {
                Hint = saved.Count > 0 ? $"Pipelines: {string.Join(", ", saved.Select(pipeline => pipeline.Name))}."
                    : canAsk
                        ? $"Name a source ({string.Join(", ", sources)}) and a destination "
                            + $"({string.Join(", ", destinations)})."
                    : "There is nothing yet: `tidemark demo` shows how it works, `tidemark apply -f FILE` saves "
                        + "definitions.",
            };
        }

        var pairs = from source in sources from destination in destinations select (Source: source, Destination: destination);
        var unsaved = pairs.Except(saved.Select(pipeline => (pipeline.Source, pipeline.Destination)));
        var choices = saved.Select(pipeline => (pipeline.Name, Shown: $"{pipeline.Name} ({pipeline.Source} to {pipeline.Destination})"))
            .Concat(unsaved.Select(ends => (DefinitionCatalog.Between(ends.Source, ends.Destination).Name, Shown: $"{ends.Source} to {ends.Destination}")));
        var prompt = new SelectionPrompt<(string Name, string Shown)>().Title("Which pipeline?").AddChoices(choices);
        prompt.Converter = choice => Markup.Escape(Printable.Of(choice.Shown));
        return (await prompt.ShowAsync(session.Prose, session.Stop)).Name;
    }
}
