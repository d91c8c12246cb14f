using System.Text;

namespace Tidemark.Engine.Records;

/// <summary>
/// The places in a record that a stream reads, as a tree of property names. Vendors write the properties of an object
/// in the same order every time, so each object remembers which name came at which place the last time.
/// </summary>
internal sealed class PathNode(byte[] name)
{
    private readonly List<PathNode> _children = [];
    private readonly List<PathNode> _lastOrder = [];
    private readonly List<int> _more = [];

    public byte[] Name { get; } = name;

    /// <summary>Begins the hash of a value, so that the same value under another name counts otherwise.</summary>
    public ulong NameHash { get; } = ContentHash.Of(name);

    /// <summary>Position of the field that this value fills, or -1.</summary>
    public int Position { get; private set; } = -1;

    /// <summary>Positions of further fields that this value fills as well.</summary>
    public IReadOnlyList<int> MorePositions => _more;

    public bool HasChildren => _children.Count > 0;

    /// <summary>False for a property that nobody declared.</summary>
    public bool IsKnown { get; private set; } = true;

    public static PathNode Root(StreamSchema stream)
    {
        var root = new PathNode([]);
        for (var at = 0; at < stream.Fields.Count; at++)
        {
            if (stream.Fields[at].IsDerived) continue;
            root.Add(stream.Fields[at].Path, at);
            if (stream.Fields[at].OrPath is { } other) root.Add(other, at);
        }

        foreach (var name in stream.LeftInRaw) root.Child(Unescape(name));
        return root;
    }

    /// <summary>The child of a name; one of an unknown name is remembered, so that it is found fast the next time.</summary>
    /// <param name="name">Property name, unescaped.</param>
    /// <param name="place">How many properties came before it in its object.</param>
    public PathNode Find(ReadOnlySpan<byte> name, int place)
    {
        if (place < _lastOrder.Count && name.SequenceEqual(_lastOrder[place].Name)) return _lastOrder[place];
        var found = Search(name) ?? new PathNode(name.ToArray()) { IsKnown = false };
        // Objects used as maps have names without end; remembering the first few hundred places bounds the memory.
        if (place < _lastOrder.Count) _lastOrder[place] = found;
        else if (place < 512 && place == _lastOrder.Count) _lastOrder.Add(found);
        return found;
    }

    private PathNode? Search(ReadOnlySpan<byte> name)
    {
        foreach (var child in _children)
        {
            if (name.SequenceEqual(child.Name)) return child;
        }

        return null;
    }

    private void Add(string path, int position)
    {
        var node = this;
        foreach (var part in path.Split('/'))
        {
            node = node.Child(Unescape(part));
        }

        if (node.Position < 0) node.Position = position;
        else node._more.Add(position);
    }

    private static byte[] Unescape(string part) =>
        Encoding.UTF8.GetBytes(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    private PathNode Child(byte[] name)
    {
        if (Search(name) is { } known) return known;
        var child = new PathNode(name);
        _children.Add(child);
        return child;
    }
}
