using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Pipeline.Planning;
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
            var home = await session.OpenHomeAsync();
            var tests = await session.WaitAsync(
                "Asking; an address that does not answer takes a while",
                () => home.TestAsync(session.Get(name!), session.Stop));
            foreach (var test in tests)
            {
                if (session.IsJson) session.WriteJson(TestAnswer.Of(NextCommand.In(test)), WireJson.Default.TestAnswer);
                else Write(session, test);
            }

            if (tests.Count == 0) session.Say("There is nothing to test yet.");
            return ExitCode.Of([.. tests.SelectMany(test => test.Problems)]);
        });
        return verb;
    }

    private static void Write(Session session, ConnectionTest test)
    {
        var word = test.Problems.Count > 0 ? "[red]does not work[/]"
            : test.IsActive ? "[green]works[/]" : test.Kind == "source" ? "[yellow]inactive[/], no run reads it" : "[yellow]inactive[/], as its source is";
        if (test.Problems.Count == 0 && test.Tried.Length > 0) word += $" [grey]({test.Tried})[/]";
        var (name, connector) = (Markup.Escape(Printable.Of(test.Name)), Markup.Escape(Printable.Of(test.Connector)));
        session.Prose.MarkupLine($"{test.Kind} {name} ({connector}): {word}");
        foreach (var (fact, value) in test.Facts) session.Say($"  {Printable.Of(fact)}: {Printable.Of(value)}");
        foreach (var stream in test.Streams) session.Say($"  stream {Printable.Of(stream.Name)}: {Amount(stream.EstimatedCount)}");
        ErrorReport.WriteProblems(session.Prose, test.Problems);
    }

    private static string Amount(long? records) =>
        records is { } count ? $"about {RunReport.Number(count)} records" : "number of records unknown";
}
