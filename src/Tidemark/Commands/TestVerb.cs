using System.CommandLine;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark test</c>: asks sources, destinations and pipelines whether they work.</summary>
internal static class TestVerb
{
    public static Verb Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "Name of a source, a destination or a pipeline. [default: all of them]",
            Arity = ArgumentArity.ZeroOrOne,
        }.Offers(names => names.Definitions);
        var verb = new Verb("test", "Checks that sources, destinations and pipelines can be used; changes nothing.",
            "tidemark test", "tidemark test warehouse", "tidemark test payments") { name };
        verb.Runs(async session =>
        {
            var tests = await session.WaitAsync("Asking; an address that does not answer takes a while", () => session.AskAsync<IReadOnlyList<TestAnswer>>(
                async home => [.. (await home.TestAsync(session.Get(name!), session.Stop)).Select(TestAnswer.Of)],
                server => server.PostForAllAsync(ServerClient.Path("test", ("name", session.Get(name!))), null, WireJson.Default.TestAnswer, session.Stop)));
            session.WriteList([.. tests.Select(NextCommand.In)], WireJson.Default.TestAnswer, "There is nothing to test yet.", all =>
            {
                foreach (var test in all) Write(session, test);
            });
            return ExitCode.Of([.. tests.SelectMany(test => test.Problems).Select(problem => problem.ToProblem())]);
        });
        return verb;
    }

    private static void Write(Session session, TestAnswer test)
    {
        var word = test.Problems.Count > 0 ? "[red]does not work[/]"
            : test.Active ? "[green]works[/]" : test.Kind == "source" ? "[yellow]inactive[/], no run reads it" : "[yellow]inactive[/], as its source is";
        if (test.Tried is not null) word += $" [grey]({test.Tried})[/]";
        var (name, connector) = (Markup.Escape(Printable.Of(test.Name)), Markup.Escape(Printable.Of(test.Connector)));
        session.Prose.MarkupLine($"{test.Kind} {name} ({connector}): {word}");
        foreach (var (fact, value) in test.Facts) session.Say($"  {Printable.Of(fact)}: {Printable.Of(value)}");
        foreach (var stream in test.Streams) session.Say($"  stream {Printable.Of(stream.Name)}: {Amount(stream.EstimatedCount)}");
        ErrorReport.WriteProblems(session.Prose, test.Problems.Select(problem => problem.ToProblem()));
    }

    private static string Amount(long? records) =>
        records is { } count ? $"about {RunReport.Number(count)} records" : "number of records unknown";
}
