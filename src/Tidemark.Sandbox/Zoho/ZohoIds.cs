using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Zoho's ids: 19 decimal digits, counted upwards, that no double can hold.</summary>
/// <param name="module">Digit of the module.</param>
internal sealed class ZohoIds(int module) : IdCodec("4970762", 0)
{
    private const int Digits = 11;
    private const long First = 10_000;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"4970762{module}");

    public override int Length => _prefix.Length + Digits;

    public override string Text(long index) => _prefix + (First + index).ToString("D11", CultureInfo.InvariantCulture);

    public override void Write(Span<byte> target, long index)
    {
        var text = Text(index);
        for (var at = 0; at < text.Length; at++) target[at] = (byte)text[at];
    }

    public override bool TryIndex(string id, out long index)
    {
        index = -1;
        if (id.Length != Length || !id.StartsWith(_prefix, StringComparison.Ordinal)) return false;
        if (!long.TryParse(id.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        index = number - First;
        return index >= 0;
    }
}
