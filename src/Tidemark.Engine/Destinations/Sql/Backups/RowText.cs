using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>
/// Writes a row of any table as a JSON array that loses nothing: numbers to the letter, and what JSON has no word for
/// as <c>{"blob":base64}</c>, <c>{"text":base64}</c> (not UTF-8) or <c>{"real":"Infinity"}</c>. Equal rows give equal
/// texts.
/// </summary>
public sealed class RowText : IDisposable
{
    private static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;

    public RowText() => _json = new Utf8JsonWriter(_bytes, Relaxed);

    /// <summary>Begins a row; the bytes of the one before are gone.</summary>
    public void Begin()
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartArray();
    }

    /// <summary>Begins a row that is an object: a name before each value.</summary>
    public void BeginRecord()
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
    }

    public void Name(string name) => _json.WritePropertyName(name);

    public void Null() => _json.WriteNullValue();

    public void Truth(bool value) => _json.WriteBooleanValue(value);

    public void Number(long value) => _json.WriteNumberValue(value);

    /// <summary>A number that is written as it stands; it must be one of JSON.</summary>
    public void Number(ReadOnlySpan<char> digits) => _json.WriteRawValue(digits, skipInputValidation: true);

    public void Text(ReadOnlySpan<char> text) => _json.WriteStringValue(text);

    /// <summary>Text of a database that does not check whether it is UTF-8.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text)) _json.WriteStringValue(text);
        else Tagged("text", Convert.ToBase64String(text));
    }

    public void Blob(ReadOnlySpan<byte> bytes) => Tagged("blob", Convert.ToBase64String(bytes));

    /// <summary>Always with a point or an exponent, unlike a whole number.</summary>
    public void Real(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(value)) Tagged("real", digits);
        else Number(digits.AsSpan().ContainsAny('.', 'E') ? digits : digits + ".0");
    }

    /// <summary>Ends the object; valid until the next row begins.</summary>
    public ReadOnlyMemory<byte> EndRecord()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _bytes.WrittenMemory;
    }

    /// <summary>Ends the row; valid until the next one begins.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _json.WriteEndArray();
        _json.Flush();
        return _bytes.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    /// <summary>Reads a value that is an object, with the reader at its beginning.</summary>
    /// <returns>Its only property, e.g. <c>blob</c>, and that one's text.</returns>
    public static (string Tag, string Value) ReadTagged(ref Utf8JsonReader value)
    {
        value.Read();
        var tag = value.GetString()!;
        value.Read();
        var text = value.GetString()!;
        value.Read();
        return (tag, text);
    }

    /// <summary>The digits of a number, as they were written.</summary>
    public static string Digits(ref Utf8JsonReader value) => Encoding.UTF8.GetString(value.ValueSpan);

    private void Tagged(string tag, string value)
    {
        _json.WriteStartObject();
        _json.WriteString(tag, value);
        _json.WriteEndObject();
    }
}
