using System.CommandLine;
using System.Text;
using Shouldly;
using Tidemark.Commands;
using Tidemark.Output;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>The words of the help, of every verb: whoever changes them sees the change in the commit.</summary>
public sealed class HelpApprovals
{
    [Fact]
    public async Task The_help_of_every_verb_is_as_approved()
    {
        var text = new StringBuilder();
        foreach (var (_, path) in Verbs(VerbTree.Build(["serve"]), []))
            text.AppendJoin(' ', ["$ tidemark", .. path, "--help"]).Append('\n').Append(await HelpAsync(path)).Append('\n');

        text.ToString().ShouldBeApproved("help.txt");
    }

    [Fact]
    public async Task No_line_of_help_is_wider_than_100_columns()
    {
        foreach (var path in Verbs(VerbTree.Build(["serve"]), []).Select(verb => verb.Path).Append(["source", "set", "shop", "--connector", "zoho"]))
            (await HelpAsync(path)).Split('\n').ShouldAllBe(line => line.Length <= 100);
    }

    [Fact]
    public void Every_description_in_the_help_ends_as_a_sentence_or_with_its_default()
    {
        foreach (var (command, path) in Verbs(VerbTree.Build(["serve"]), []))
        {
            foreach (var part in (IEnumerable<Symbol>)[command, .. command.Arguments, .. command.Options])
                part.Description.ShouldNotBeNull().ShouldMatch(@"^\S.*(\.|\. \[default: [^\]]+\])$", $"{string.Join(' ', path)} {part.Name}");
        }
    }

    /// <summary>A verb and all below it, in the order of the help, each with the words that lead to it.</summary>
    private static IEnumerable<(Command Command, string[] Path)> Verbs(Command command, string[] path) =>
        command.Subcommands.SelectMany(below => Verbs(below, [.. path, below.Name])).Prepend((command, path));

    private static async Task<string> HelpAsync(IEnumerable<string> path)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextReader.Null, output, TextWriter.Null, _ => null);
        (await TidemarkCommand.InvokeAsync([.. path, "--help"], terminal, TimeProvider.System, CommandBench.Cancel)).ShouldBe(0);
        return string.Join('\n', output.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}
