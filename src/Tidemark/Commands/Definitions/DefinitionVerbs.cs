using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>What sources, destinations, pipelines, channels and alerts have in common: list, show, remove.</summary>
/// <param name="set">Where they are.</param>
/// <param name="facts">Everything about one that may be shown, in the order of the columns.</param>
/// <param name="writeJson">Writes one for programs.</param>
internal sealed class DefinitionVerbs<T>(
    Func<Home, DefinitionSet<T>> set, Func<Home, T, IReadOnlyList<DefinitionFact>> facts, Action<Session, Home, T> writeJson)
    where T : class, IDefinition<T>
{
    public static Argument<string> Name() => new Argument<string>("name") { Description = $"Name of the {T.Kind}." }.Offers(names => names.Of(T.Kind));

    public IEnumerable<Verb> Create() => [List(), Show(), Remove()];

    private Verb List()
    {
        var verb = new Verb("list", $"Lists the {T.Kind}s.", $"tidemark {T.Kind} list");
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var all = await set(home).ListAsync(session.Stop);
            if (session.IsJson)
            {
                foreach (var each in all) writeJson(session, home, each);
            }
            else if (all.Count == 0)
            {
                session.Say($"There are no {T.Kind}s yet.");
            }
            else
            {
                Table([.. all.Select(each => facts(home, each))]).Write(session.Prose);
            }

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
            var home = await session.OpenHomeAsync();
            var found = await set(home).FindAsync(session.Get(name), session.Stop);
            if (session.IsJson)
            {
                writeJson(session, home, found);
                return ExitCode.Done;
            }

            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            foreach (var fact in facts(home, found)) AddRows(grid, fact);
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
            var home = await session.OpenHomeAsync();
            await set(home).RemoveAsync(session.Get(name), session.Stop);
            SavedDefinition.Report(session, T.Kind, session.Get(name), "removed");
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
