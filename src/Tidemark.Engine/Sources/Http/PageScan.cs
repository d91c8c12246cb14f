using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Finds the records and the picked scalars of a page in one pass over its tokens, without building anything of it.
/// A page that is cut short or no JSON is refused with a <see cref="JsonException"/>.
/// </summary>
internal ref struct PageScan
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly ReadOnlySpan<byte> _json;
    private readonly PageShape _shape;
    private readonly int _skipped;
    private Utf8JsonReader _reader;

    private PageScan(ReadOnlySpan<byte> json, PageShape shape)
    {
        _skipped = json.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        _json = json;
        _shape = shape;
        _reader = ForeignJson.Reader(json[_skipped..]);
        Picked = new string?[shape.Picks.Count];
    }

    /// <summary>In the order of the page; null where the page has no place for records.</summary>
    public List<RecordSlice>? Records { get; private set; }

    /// <summary>Texts of the picks, in their order.</summary>
    public string?[] Picked { get; }

    public static PageScan Read(ReadOnlySpan<byte> json, PageShape shape)
    {
        var scan = new PageScan(json, shape);
        scan._reader.Read();
        var all = (1u << shape.Paths.Length) - 1;
        if (shape.Paths[0].Length == 0) scan.ReadRecords();
        else if (scan._reader.TokenType == JsonTokenType.StartObject) scan.Walk(all, depth: 0);
        else scan._reader.Skip();
        scan._reader.Read(); // throws where something follows the page's value
        return scan;
    }

    /// <summary>Reads an object's properties and goes into those that lead to something wanted.</summary>
    /// <param name="open">The paths, as bits, whose first parts lead to this object.</param>
    /// <param name="depth">How many parts that are.</param>
    private void Walk(uint open, int depth)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var (onward, ending) = (0u, 0u);
            for (var at = 0; at < _shape.Paths.Length; at++)
            {
                var path = _shape.Paths[at];
                if ((open & (1u << at)) == 0 || path.Length <= depth || !ForeignJson.Is(in _reader, path[depth])) continue;
                if (path.Length == depth + 1) ending |= 1u << at;
                else onward |= 1u << at;
            }

            _reader.Read();
            if ((ending & 1) != 0) ReadRecords();
            else if (onward != 0 && _reader.TokenType == JsonTokenType.StartObject) Walk(onward, depth + 1);
            else
            {
                var place = Place();
                for (var pick = 0; pick < Picked.Length; pick++)
                {
                    if ((ending & (2u << pick)) != 0) Picked[pick] = place.Text(_json);
                }
            }
        }
    }

    private void ReadRecords()
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            Records = [Slice(Place())];
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            _reader.Skip();
            return;
        }

        Records = [];
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_shape.RecordName is not { } name) Records.Add(Slice(Place()));
            else if (_reader.TokenType == JsonTokenType.StartObject) ReadElement(name);
            else _reader.Skip();
        }
    }

    private void ReadElement(byte[] name)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRecord = ForeignJson.Is(in _reader, name);
            _reader.Read();
            if (isRecord && _reader.TokenType != JsonTokenType.Null) Records!.Add(Slice(Place()));
            else _reader.Skip();
        }
    }

    private JsonPlace Place()
    {
        var place = JsonPlace.Of(ref _reader);
        return place with { Start = place.Start + _skipped };
    }

    private static RecordSlice Slice(JsonPlace place) => new(place.Start, place.Length);
}
