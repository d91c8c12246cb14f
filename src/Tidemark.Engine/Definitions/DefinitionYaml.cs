using Tidemark.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>Loads YAML from anywhere: no tags, no anchors, one document, bounded depth.</summary>
internal sealed class DefinitionYaml
{
    private readonly Parser _parser;

    private DefinitionYaml(string yaml) => _parser = new Parser(new StringReader(yaml));

    /// <summary>The document's map.</summary>
    /// <exception cref="TidemarkException"><c>definitions.malformed</c> with the line (configuration).</exception>
    public static DefinitionMap Load(string yaml)
    {
        try
        {
            return new DefinitionYaml(yaml).Document();
        }
        catch (YamlException wrong)
        {
            throw DefinitionText.Malformed(wrong.Start.Line, wrong.InnerException?.Message ?? wrong.Message, wrong);
        }
    }

    private DefinitionMap Document()
    {
        if (Next<StreamStart>() is null || Next<DocumentStart>() is null) throw Malformed("the file is empty");
        _parser.MoveNext();
        var root = Node(depth: 0);
        Next<DocumentEnd>();
        // The rest is looked at as well: a mistake there is one of the file.
        if (Next<DocumentStart>() is not null)
        {
            _parser.MoveNext();
            throw Malformed("a second document begins here");
        }

        return DefinitionText.Root(root);
    }

    /// <summary>The node whose first event the parser stands at. Recursion ends at the depth that is allowed.</summary>
    private DefinitionTree Node(int depth)
    {
        var begin = _parser.Current!;
        if (begin is AnchorAlias or NodeEvent { Anchor.IsEmpty: false }) throw Malformed("anchors and aliases are not taken");
        if (begin is NodeEvent { Tag.IsEmpty: false }) throw Malformed("tags are not taken");
        if (begin is Scalar scalar)
            return new DefinitionScalar(scalar.Start.Line, IsNull(scalar) ? null : scalar.Value);
        if (depth == DefinitionText.MaxDepth) throw Malformed("it is nested too deep");
        return begin is MappingStart ? Map(begin.Start.Line, depth + 1) : List(begin.Start.Line, depth + 1);
    }

    private DefinitionMap Map(long line, int depth)
    {
        var entries = new List<DefinitionEntry>();
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var at = _parser.Current!.Start.Line;
            var key = Node(depth) is DefinitionScalar && _parser.Current is Scalar scalar ? scalar.Value
                : throw DefinitionText.Malformed(at, "a key is a single value");
            _parser.MoveNext();
            entries.Add(new DefinitionEntry(key, at, Node(depth)));
        }

        return DefinitionText.Map(line, entries);
    }

    private DefinitionList List(long line, int depth)
    {
        var items = new List<DefinitionTree>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd) items.Add(Node(depth));
        return new DefinitionList(line, items);
    }

    /// <summary>The next event where it is of a kind; null where it is another.</summary>
    private T? Next<T>()
        where T : ParsingEvent
    {
        _parser.MoveNext();
        return _parser.Current as T;
    }

    private TidemarkException Malformed(string what) =>
        DefinitionText.Malformed(_parser.Current?.Start.Line ?? 1, what);

    private static bool IsNull(Scalar scalar) =>
        scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" };
}
