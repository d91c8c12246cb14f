using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Tidemark.Tests;

/// <summary>The house rules are tests too.</summary>
public sealed partial class RepositoryRules
{
    private static readonly string[] Drawers = ["Utils", "Util", "Common", "Helpers", "Shared", "Models", "Misc", "Core"];

    /// <summary>Folders of the engine, each of which uses those before it and none after it.</summary>
    private static readonly string[] EngineFolders =
    [
        "Json", "Errors", "Records", "Settings", "Sources", "Destinations", "Transfers", "Connectors", "Catalog", "Secrets", "Times", "Definitions", "Access", "Quarantine",
        "Runs", "Backup", "Pipeline", "Proposals", "Alerts", "Scheduling", "Wire", "Home",
    ];

    internal static readonly string Root = FindRoot();

    [Fact]
    public void No_source_file_is_longer_than_400_lines_and_no_test_than_500()
    {
        Files("src", "*.cs").Where(file => File.ReadLines(file).Count() > 400).ShouldBeEmpty();
        Files("tests", "*.cs").Where(file => File.ReadLines(file).Count() > 500).ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_is_a_drawer() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "src"), "*", SearchOption.AllDirectories)
            .Where(folder => Drawers.Contains(Path.GetFileName(folder))).ShouldBeEmpty();

    [Fact]
    public void No_file_has_unfinished_marks_regions_or_drawer_names()
    {
        foreach (var file in Files("src", "*.cs"))
        {
            var text = File.ReadAllText(file);
            Unfinished().IsMatch(text).ShouldBeFalse(file);
            DrawerClass().IsMatch(text).ShouldBeFalse(file);
        }
    }

    [Fact]
    public void Every_connector_has_its_page_in_the_docs()
    {
        foreach (var connector in Tidemark.Connectors.CompiledConnectors.Catalog().All)
        {
            var folder = connector switch
            {
                Engine.Connectors.ISourceConnector => "connectors",
                Engine.Connectors.IChannelConnector => "channels",
                _ => "destinations",
            };
            var page = Path.Combine(Root, "docs", folder, $"{connector.Spec.Name}.md");
            File.Exists(page).ShouldBeTrue(page);
            var text = File.ReadAllText(page);
            foreach (var setting in connector.Spec.Settings)
                text.ShouldContain($"`{setting.Name}`", customMessage: $"{page} does not speak of the setting {setting.Name}");
        }
    }

    [Fact]
    public void The_program_has_one_clock_and_a_test_with_a_fixed_one_reads_no_other()
    {
        Files("src", "*.cs").Where(file => File.ReadAllText(file).Contains("TimeProvider.System", StringComparison.Ordinal))
            .Select(Path.GetFileName).ShouldBe(["Program.cs", "SandboxOptions.cs"], ignoreOrder: true);
        Files("tests", "*.cs").Where(file => Path.GetFileName(file) != "RepositoryRules.cs")
            .Where(file => File.ReadAllText(file) is var text && FixedClock().IsMatch(text) && RealClock().IsMatch(text))
            .ShouldBeEmpty("A home, a database or a program whose times are partly real and partly fixed works on some days only.");
    }

    [Fact]
    public void No_message_of_the_engine_or_of_a_connector_names_a_command_or_a_flag()
    {
        // A page and a program cannot type them: a problem has a NextStep, of which the command line makes a command.
        foreach (var project in new[] { "Tidemark.Engine", "Tidemark.Connectors" })
        {
            foreach (var file in Files(Path.Combine("src", project), "*.cs").Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            {
                foreach (var line in File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))
                    CommandInText().IsMatch(line).ShouldBeFalse($"{file}: {line.Trim()}");
            }
        }
    }

    [Fact]
    public void What_every_destination_promises_is_said_without_SQL()
    {
        var promises = Files(Path.Combine("tests", "Tidemark.Tests", "Destinations"), "*.cs")
            .Where(file => Path.GetFileName(file) is "Workbench.cs" || Path.GetFileName(file).StartsWith("Destination", StringComparison.Ordinal)).ToList();

        promises.Count.ShouldBeGreaterThan(10);
        promises.Where(file => SqlText().IsMatch(File.ReadAllText(file))).ShouldBeEmpty("SQL belongs to SqlWorkbench and SqlDestinationPromises.");
    }

    [Fact]
    public void JSON_is_read_and_written_by_generated_code()
    {
        new[] { "Tidemark.Engine", "Tidemark.Connectors", "Tidemark.Server", "Tidemark" }.SelectMany(project => Files(Path.Combine("src", project), "*.cs"))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Any(line => ReflectedJson().IsMatch(line)))
            .Select(Path.GetFileName).ShouldBeEmpty();
    }

    [Fact]
    public void No_doc_comment_begins_with_Of_or_That()
    {
        // A parameter is described by a noun phrase that stands alone: "Name of the stream.", not "Of the stream."
        foreach (var file in new[] { "src", "tests", "bench" }.SelectMany(folder => Files(folder, "*.cs")))
        {
            var found = ClauseInDoc().Match(File.ReadAllText(file));
            found.Success.ShouldBeFalse($"{file}: {found.Value}");
        }
    }

    [Fact]
    public void References_between_projects_form_a_line()
    {
        References("Tidemark.Engine").ShouldBeEmpty();
        References("Tidemark.Connectors").ShouldBe(["Tidemark.Engine"]);
        References("Tidemark.Sandbox").ShouldBeEmpty();
        References("Tidemark.Server").ShouldBe(["Tidemark.Connectors"]);
        References("Tidemark").ShouldBe(["Tidemark.Sandbox", "Tidemark.Server"]);
    }

    [Fact]
    public void Folders_of_the_engine_form_a_line()
    {
        var engine = Path.Combine("src", "Tidemark.Engine");
        var arrows = Files(engine, "*.cs").Where(file => !Path.GetRelativePath(Path.Combine(Root, engine), file).StartsWith("obj", StringComparison.Ordinal))
            .SelectMany(file => EngineUsing().Matches(File.ReadAllText(file)).Select(match => (From: Folder(file), To: match.Groups[1].Value)))
            .Where(arrow => arrow.From != arrow.To).Distinct().ToList();

        arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).Except(EngineFolders).ShouldBeEmpty("A new folder has its place in the line.");
        arrows.Where(arrow => Array.IndexOf(EngineFolders, arrow.To) > Array.IndexOf(EngineFolders, arrow.From))
            .Select(arrow => $"{arrow.From} -> {arrow.To}").ShouldBeEmpty();

        string Folder(string file) =>
            Path.GetRelativePath(Path.Combine(Root, engine), file).Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : "Home";
    }

    private static string[] References(string project) =>
        [.. Reference().Matches(File.ReadAllText(Path.Combine(Root, "src", project, $"{project}.csproj")))
            .Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories);

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b|^\s*#region", RegexOptions.Multiline, 1000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\b(class|record|struct|interface) \w*(Manager|Helper|Util|Utils|Service|Processor|Impl|Dto)\b", RegexOptions.None, 1000)]
    private static partial Regex DrawerClass();

    /// <summary>A clock that stands, a home that has one, or a moment that a file takes for now.</summary>
    [GeneratedRegex(@"\b(SettableClock|StoppedClock|TestHome _home|new (Sqlite|Postgres)Home)\b|\bDateTimeOffset Now\b", RegexOptions.None, 1000)]
    private static partial Regex FixedClock();

    /// <summary>The real clock, or a bench that runs the program or a stand-in by it.</summary>
    [GeneratedRegex(@"\b(TimeProvider\.System|DateTime(Offset)?\.(Utc)?Now|ShiftedClock|SandboxServer|StandIn|TidemarkProgram|CrashSite|\w+Bench\.StartAsync)\b", RegexOptions.None, 1000)]
    private static partial Regex RealClock();

    [GeneratedRegex(@"^using (?:static |\w+ = )?Tidemark\.Engine\.(\w+)", RegexOptions.Multiline, 1000)]
    private static partial Regex EngineUsing();

    [GeneratedRegex(@"""[^""]*(\btidemark [a-z]|(?<![\w-])--[a-z])[^""]*""", RegexOptions.None, 1000)]
    private static partial Regex CommandInText();

    /// <summary>A string that begins as a statement of SQL does, or a class that runs one.</summary>
    [GeneratedRegex(@"""\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|WITH)\s|\b(SqlWorkbench|DbConnection|DbCommand)\b", RegexOptions.None, 1000)]
    private static partial Regex SqlText();

    /// <summary>A call of the serializer on a line that names no type from generated code.</summary>
    [GeneratedRegex(@"JsonSerializer\.(Des|S)erialize(?!.*(Json|JsonTypes|Context)\.Default\.)(?!.*, (type|Shape|Info<T>\(\))\))", RegexOptions.None, 1000)]
    private static partial Regex ReflectedJson();

    [GeneratedRegex(@"<(param name=""[^""]*""|summary|returns)>(\s*///)?\s*(Of|That)\s", RegexOptions.None, 1000)]
    private static partial Regex ClauseInDoc();

    [GeneratedRegex(@"ProjectReference Include=""[^""]*\\([A-Za-z.]+)\.csproj""", RegexOptions.None, 1000)]
    private static partial Regex Reference();
}
