using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Secrets;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Tidemark.Tests.Catalog;

/// <summary>What the docs say can be applied, can be.</summary>
public sealed partial class DocumentedDefinitionTests : IDisposable
{
    private static readonly string Root = FindRoot();

    private readonly TestHome _home = new SqliteHome();

    /// <summary>A page and the number of a block in it.</summary>
    public static TheoryData<string, int> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, int>();
            foreach (var page in Pages())
            {
                for (var at = 0; at < BlocksOf(page).Count; at++) blocks.Add(page, at);
            }

            return blocks;
        }
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Every_YAML_and_JSON_block_of_the_docs_applies(string page, int block)
    {
        var yaml = BlocksOf(page)[block];
        var database = await _home.OpenAsync();
        var catalog = new DefinitionCatalog(database, new SecretVault(database, new HomeFolder(_home.Folder), _home.Key), CompiledConnectors.Catalog(), _home.Clock);
        await SaveMissingEndsAsync(catalog, yaml);

        var applied = await new DefinitionFile(catalog, StandInVariables.Of).ApplyAsync(yaml, TestHome.Cancelled);

        applied.ShouldNotBeEmpty(yaml);
    }

    [Fact]
    public void The_docs_show_definitions() => Blocks.Count.ShouldBeGreaterThan(10);

    /// <summary>A page about pipelines need not repeat what they run between.</summary>
    private static async Task SaveMissingEndsAsync(DefinitionCatalog catalog, string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        if (!root.Children.TryGetValue("pipelines", out var pipelines)) return;
        foreach (var pipeline in ((YamlSequenceNode)pipelines).Children.Cast<YamlMappingNode>())
        {
            await catalog.Sources.SaveAsync(new(Text(pipeline, "source")!, "stripe", new Dictionary<string, string>()), TestHome.Cancelled);
            var backup = pipeline.Children.TryGetValue("backup", out var policy) ? (YamlMappingNode)policy : new YamlMappingNode();
            foreach (var name in new[] { Text(pipeline, "destination"), Text(backup, "upload") }.OfType<string>())
                await catalog.Destinations.SaveAsync(new(name, "sqlite", new Dictionary<string, string>()), TestHome.Cancelled);
        }
    }

    private static string? Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    internal static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md"))
            .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    /// <summary>The blocks, without what a list around them indents them by.</summary>
    internal static List<string> BlocksOf(string page) =>
    [
        .. Block().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(block => string.Join('\n', block.Groups["text"].Value.Split('\n')
            .Select(line => line.StartsWith(block.Groups["margin"].Value, StringComparison.Ordinal) ? line[block.Groups["margin"].Length..] : line))),
    ];

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex(@"^(?<margin> *)```(ya?ml|json)\n(?<text>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}
