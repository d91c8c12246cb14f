using System.Globalization;
using System.Text;
using Tidemark.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tidemark.Engine.Catalog;

/// <summary>Loads YAML from anywhere: no tags, no anchors, one document, bounded size and depth.</summary>
internal static class DefinitionYaml
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 16; // a list within a rule within a column within a stream is 13

    /// <summary>The document's mapping.</summary>
    /// <exception cref="TidemarkException"><c>definitions.malformed</c> with the line, <c>definitions.too_large</c>
    /// (configuration).</exception>
    public static YamlMappingNode Load(string yaml)
    {
        if (Encoding.UTF8.GetByteCount(yaml) > MaxBytes)
        {
            throw new TidemarkException(FailureKind.Configuration, "definitions.too_large",
                "The file is larger than 1 MB.");
        }

        try
        {
            RefuseTricks(yaml);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents.Count == 0) throw Malformed(Mark.Empty, "the file is empty");
            var root = stream.Documents[0].RootNode;
            if (stream.Documents.Count > 1)
                throw Malformed(stream.Documents[1].RootNode.Start, "a second document begins here");
            return root as YamlMappingNode
                ?? throw Malformed(root.Start, "sources:, destinations: or pipelines: is expected here");
        }
        catch (YamlException wrong)
        {
            throw Malformed(wrong.Start, wrong.InnerException?.Message ?? wrong.Message, wrong);
        }
    }

    /// <summary>Looks at the events first: building nodes from them recurses and follows aliases.</summary>
    private static void RefuseTricks(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth) throw Malformed(parser.Current.Start, "it is nested too deep");
            if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
                throw Malformed(parser.Current.Start, "anchors and aliases are not taken");
            if (parser.Current is NodeEvent { Tag.IsEmpty: false })
                throw Malformed(parser.Current.Start, "tags are not taken");
        }
    }

    private static TidemarkException Malformed(Mark at, string what, Exception? cause = null) =>
        new(FailureKind.Configuration, "definitions.malformed",
            string.Create(CultureInfo.InvariantCulture, $"Line {at.Line}: {what.TrimEnd('.')}."), cause);
}
