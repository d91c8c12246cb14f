using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>What sources, destinations, pipelines, channels and alerts have in common: list, show, set, remove.</summary>
/// <param name="set">Where the home has them.</param>
/// <param name="answer">One as every door shows it.</param>
/// <param name="facts">Everything about one that may be shown, in the order of the columns.</param>
/// <param name="type">How one is written for programs.</param>
internal sealed class DefinitionVerbs<T, TAnswer>(
    Func<Home, DefinitionSet<T>> set, Func<Home, T, TAnswer> answer, Func<TAnswer, IReadOnlyList<DefinitionFact>> facts, JsonTypeInfo<TAnswer> type)
    where T : class, IDefinition<T>
    where TAnswer : class
{
    private static readonly string Path = $"{T.Kind}s";

    public static Argument<string> Name() => new Argument<string>("name") { Description = $"Name of the {T.Kind}." }.Offers(names => names.Of(T.Kind));

    public IEnumerable<Verb> Create() => [List(), Show(), Remove()];

    /// <summary>All of them, by name.</summary>
    public Task<IReadOnlyList<TAnswer>> ListAsync(Session session) => session.AskAsync<IReadOnlyList<TAnswer>>(
        async home => [.. (await set(home).ListAsync(session.Stop)).Select(each => answer(home, each))],
        server => server.ListAsync(Path, int.MaxValue, type, session.Stop));

    /// <summary>Their names. Needs no key of secrets.</summary>
    /// <param name="session">The command.</param>
    /// <param name="name">The name of one.</param>
    public Task<IReadOnlyList<string>> NamesAsync(Session session, Func<TAnswer, string> name) => session.AskAsync<IReadOnlyList<string>>(
        async home => await set(home).NamesAsync(session.Stop), async server => [.. (await server.ListAsync(Path, int.MaxValue, type, session.Stop)).Select(name)]);

    /// <summary>The one with a name.</summary>
    /// <exception cref="TidemarkException"><c>source.unknown</c> and its like (usage).</exception>
    public Task<TAnswer> FindAsync(Session session, string name) => session.AskAsync(
        async home => answer(home, await set(home).FindAsync(name, session.Stop)), server => server.GetAsync(PathOf(name), type, session.Stop));

    /// <summary>The one with a name; null where there is none.</summary>
    public async Task<TAnswer?> FindOrDefaultAsync(Session session, string name)
    {
        try
        {
            return await session.BeginAsync(
                async home => answer(home, await set(home).FindAsync(name, session.Stop)), server => server.GetAsync(PathOf(name), type, session.Stop));
        }
        catch (TidemarkException unknown) when (unknown.Code == $"{T.Kind}.unknown")
        {
            return null;
        }
    }

    /// <summary>Changes keys of the one with a name, or makes it; and says what that changed.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ChangeAsync(Session session, string name, JsonObject changes)
    {
        var changed = await session.BeginAsync(
            async home => DefinitionChangeAnswer.Of(new AppliedDefinition(T.Kind, name, await set(home).ChangeAsync(name, changes, session.Stop))),
            server => server.PatchAsync(PathOf(name), changes, WireJson.Default.DefinitionChangeAnswer, session.Stop));
        SavedDefinition.Report(session, changed);
        return ExitCode.Done;
    }

    private static string PathOf(string name) => $"{Path}/{ServerClient.Part(name)}";

    private Verb List()
    {
        var verb = new Verb("list", $"Lists the {T.Kind}s.", $"tidemark {T.Kind} list");
        verb.Runs(async session =>
        {
            session.WriteList(await ListAsync(session), type, $"There are no {T.Kind}s yet.", all => Table([.. all.Select(facts)]).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    private Verb Show()
    {
        var name = Name();
        var verb = new Verb("show", $"Shows one {T.Kind}, secrets as ***.", $"tidemark {T.Kind} show NAME") { name };
        verb.Runs(async session =>
        {
            var found = await FindAsync(session, session.Get(name));
            if (session.IsJson)
            {
                session.WriteJson(found, type);
                return ExitCode.Done;
            }

            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            foreach (var fact in facts(found)) AddRows(grid, fact);
            session.Prose.Write(grid);
            return ExitCode.Done;
        });
        return verb;
    }

    private Verb Remove()
    {
        var name = Name();
        var verb = new Verb("remove", $"Removes {(T.Kind[0] == 'a' ? "an" : "a")} {T.Kind} from the catalog; deletes no data.",
            $"tidemark {T.Kind} remove NAME") { name };
        verb.Runs(async session =>
        {
            SavedDefinition.Report(session, await session.AskAsync(async home =>
            {
                await set(home).RemoveAsync(session.Get(name), session.Stop);
                return DefinitionChangeAnswer.Of(new AppliedDefinition(T.Kind, session.Get(name), DefinitionChange.Removed));
            }, server => server.DeleteAsync(PathOf(session.Get(name)), WireJson.Default.DefinitionChangeAnswer, session.Stop)));
            return ExitCode.Done;
        });
        return verb;
    }

    // The name stays; what stands last goes first.
    private static FittingTable Table(List<IReadOnlyList<DefinitionFact>> all)
    {
        var table = new FittingTable();
        foreach (var (at, name) in all[0].Where(fact => fact.IsListed).Select(fact => fact.Name).Index())
            table.Add(name, all.Select(each => each.Where(fact => fact.IsListed).ElementAt(at).Text), rank: at);
        return table;
    }

    private static void AddRows(Grid grid, DefinitionFact fact)
    {
        if (fact.Settings is null)
        {
            grid.AddRow(new Text(fact.Name, Color.Grey), new Text(Printable.Of(fact.Text)));
            return;
        }

        foreach (var (setting, value) in fact.Settings)
            grid.AddRow(new Text($"  {Printable.Of(setting)}", Color.Grey), new Text(Printable.Of(value)));
    }
}
