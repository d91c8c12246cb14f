using System.Text;
using Tidemark.Engine.Destinations.Sql.Backups;

namespace Tidemark.Connectors.Postgres;

/// <summary>How the text of a column's values, as COPY gives it, becomes a value of a row text.</summary>
internal sealed class PostgresText
{
    private static readonly PostgresText Word = new(isNumber: false, isTruth: false);
    private static readonly PostgresText Number = new(isNumber: true, isTruth: false);
    private static readonly PostgresText Truth = new(isNumber: false, isTruth: true);

    private readonly bool _isNumber;
    private readonly bool _isTruth;

    private PostgresText(bool isNumber, bool isTruth) => (_isNumber, _isTruth) = (isNumber, isTruth);

    public static PostgresText Of(string type) => type switch
    {
        "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" => Number,
        "boolean" => Truth,
        _ => Word,
    };

    public void Write(RowText row, ReadOnlySpan<char> field)
    {
        if (field is "\\N") row.Null();
        else if (_isTruth) row.Truth(field is "t");
        else if (_isNumber && char.IsAsciiDigit(field[^1])) row.Number(field); // not NaN, not Infinity
        else if (!field.Contains('\\')) row.Text(field);
        else row.Text(Unescape(field));
    }

    public static void Escape(StringBuilder into, string text)
    {
        if (!text.AsSpan().ContainsAny("\\\t\n\r"))
        {
            into.Append(text);
            return;
        }

        foreach (var letter in text)
        {
            into.Append(letter switch
            {
                '\\' => "\\\\",
                '\t' => "\\t",
                '\n' => "\\n",
                '\r' => "\\r",
                _ => null,
            });
            if (letter is not ('\\' or '\t' or '\n' or '\r')) into.Append(letter);
        }
    }

    private static string Unescape(ReadOnlySpan<char> field)
    {
        var text = new StringBuilder(field.Length);
        for (var at = 0; at < field.Length; at++)
        {
            text.Append(field[at] != '\\' ? field[at] : field[++at] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\v',
                var letter => letter,
            });
        }

        return text.ToString();
    }
}
