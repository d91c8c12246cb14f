using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>Takes out of records what must not be stored, before anything else sees them. The rest stays byte by byte.</summary>
/// <param name="rules">What must not be stored.</param>
/// <param name="key">Key of the hashes.</param>
public sealed class RecordMask(IReadOnlyList<MaskRule> rules, byte[] key)
{
    /// <summary>Begins every hash, so that a record that was masked already is not masked again.</summary>
    public const string Prefix = "hash-";

    private const int HashBytes = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly JsonReaderOptions Depth = new() { MaxDepth = ForeignJson.MaxDepth };

    private readonly Node _root = Node.Of(rules);
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>Rules whose place no record so far had.</summary>
    public IEnumerable<MaskRule> Unmet => _root.Rules.GroupBy(node => node.Rule!.Name, StringComparer.Ordinal)
        .Where(same => !same.Any(node => node.IsMet)).Select(same => same.First().Rule!);

    /// <summary>The record without what must not be stored, until the next call. False for what is no JSON object, and cannot be masked.</summary>
    public bool TryApply(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> masked)
    {
        _output.ResetWrittenCount();
        masked = default;
        try
        {
            var reader = new Utf8JsonReader(record, Depth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            WriteObject(ref reader, _root, record);
            if (reader.Read()) return false;
            masked = _output.WrittenSpan;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The hash that a text is stored as, e.g. <c>hash-9f86d081884c7d659a2feaa0c55ad015</c>.</summary>
    public static string Hash(byte[] key, ReadOnlySpan<byte> text) =>
        Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(key, text).AsSpan(0, HashBytes));

    private void WriteObject(ref Utf8JsonReader reader, Node node, ReadOnlySpan<byte> record)
    {
        _output.Write("{"u8);
        var isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Find(in reader);
            var start = (int)reader.TokenStartIndex;
            var end = start + reader.ValueSpan.Length + 2; // with its quotes
            reader.Read();
            if (child is { Rule.Masking: Masking.Exclude })
            {
                child.IsMet = true;
                reader.Skip();
                continue;
            }

            if (!isFirst) _output.Write(","u8);
            isFirst = false;
            _output.Write(record[start..end]);
            _output.Write(":"u8);
            WriteValue(ref reader, child, record);
        }

        _output.Write("}"u8);
    }

    private void WriteValue(ref Utf8JsonReader reader, Node? node, ReadOnlySpan<byte> record)
    {
        if (node is { Rule: { } rule })
        {
            node.IsMet = true;
            if (rule.Masking == Masking.Null || reader.TokenType == JsonTokenType.Null)
            {
                reader.Skip();
                _output.Write("null"u8);
            }
            else WriteHash(ref reader, record);
        }
        else if (node is not null && reader.TokenType == JsonTokenType.StartObject) WriteObject(ref reader, node, record);
        else if (node is not null && reader.TokenType == JsonTokenType.StartArray) WriteList(ref reader, node, record);
        else
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            _output.Write(record[start..(int)reader.BytesConsumed]);
        }
    }

    private void WriteList(ref Utf8JsonReader reader, Node node, ReadOnlySpan<byte> record)
    {
        _output.Write("["u8);
        for (var isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
        {
            if (!isFirst) _output.Write(","u8);
            WriteValue(ref reader, node, record);
        }

        _output.Write("]"u8);
    }

    private void WriteHash(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        var start = (int)reader.TokenStartIndex;
        // A text by what it says, however it is written; half of a surrogate pair says nothing, and is taken as it is written.
        var text = reader.TokenType == JsonTokenType.String ? ForeignJson.Text(in reader) : null;
        reader.Skip();
        var written = record[start..(int)reader.BytesConsumed];
        var hash = text is not null && IsHash(text) ? text : Hash(key, text is null ? written : Encoding.UTF8.GetBytes(text));
        _output.Write("\""u8);
        _output.Write(Encoding.ASCII.GetBytes(hash));
        _output.Write("\""u8);
    }

    // What waits in quarantine is masked already, and comes by here once more.
    private static bool IsHash(string text) => text.Length == Prefix.Length + (2 * HashBytes)
        && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits);

    private sealed class Node(string name)
    {
        private readonly List<Node> _children = [];

        public MaskRule? Rule { get; private set; }

        public bool IsMet { get; set; }

        /// <summary>The nodes that have a rule, this one and those beneath.</summary>
        public IEnumerable<Node> Rules => _children.SelectMany(child => child.Rules).Concat(Rule is null ? [] : [this]);

        public static Node Of(IEnumerable<MaskRule> rules)
        {
            var root = new Node("");
            foreach (var rule in rules)
            {
                var node = root;
                foreach (var part in rule.Path.Split('/'))
                    node = node.Child(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
                node.Rule = rule;
            }

            return root;
        }

        public Node? Find(ref readonly Utf8JsonReader reader)
        {
            foreach (var child in _children)
            {
                if (ForeignJson.Is(in reader, child.Name)) return child;
            }

            return null;
        }

        private string Name => name;

        private Node Child(string part)
        {
            var child = _children.Find(each => each.Name == part);
            if (child is null) _children.Add(child = new Node(part));
            return child;
        }
    }
}
