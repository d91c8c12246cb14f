using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>Loads the same document from JSON; numbers and truths are the text they are written as.</summary>
internal ref struct DefinitionJsonText
{
    private readonly ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _reader;
    private int _counted;
    private long _line = 1;

    private DefinitionJsonText(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _reader = new Utf8JsonReader(bytes);
    }

    /// <summary>The document's map.</summary>
    /// <exception cref="TidemarkException"><c>definitions.malformed</c> with the line (configuration).</exception>
    public static DefinitionMap Load(string json)
    {
        var text = new DefinitionJsonText(Encoding.UTF8.GetBytes(json));
        try
        {
            text._reader.Read();
            var root = DefinitionText.Root(text.Node(depth: 0));
            text._reader.Read(); // throws where anything follows
            return root;
        }
        catch (JsonException wrong)
        {
            var message = wrong.Message.Split(" LineNumber:", 2)[0];
            throw DefinitionText.Malformed((wrong.LineNumber ?? 0) + 1, message, wrong);
        }
    }

    private DefinitionTree Node(int depth)
    {
        var line = Line();
        if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return new DefinitionScalar(line, Text(line));
        if (depth == DefinitionText.MaxDepth) throw DefinitionText.Malformed(line, "it is nested too deep");
        return _reader.TokenType == JsonTokenType.StartObject ? Map(line, depth + 1) : List(line, depth + 1);
    }

    private DefinitionMap Map(long line, int depth)
    {
        var entries = new List<DefinitionEntry>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var at = Line();
            var key = Text(at)!;
            _reader.Read();
            entries.Add(new DefinitionEntry(key, at, Node(depth)));
        }

        return DefinitionText.Map(line, entries);
    }

    private DefinitionList List(long line, int depth)
    {
        var items = new List<DefinitionTree>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) items.Add(Node(depth));
        return new DefinitionList(line, items);
    }

    private readonly string? Text(long line)
    {
        if (_reader.TokenType == JsonTokenType.Null) return null;
        if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            return Encoding.UTF8.GetString(_reader.ValueSpan);
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException half)
        {
            throw DefinitionText.Malformed(line, "a text has half a character", half);
        }
    }

    /// <summary>The line of the present token. Counts on from the token before it.</summary>
    private long Line()
    {
        var at = (int)_reader.TokenStartIndex;
        _line += _bytes[_counted..at].Count((byte)'\n');
        _counted = at;
        return _line;
    }
}
