using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Sandbox.Zoho.Query;

/// <summary>A query as far as the stand-in answers it.</summary>
/// <param name="Columns">Selected columns.</param>
/// <param name="Module">API name.</param>
/// <param name="Where">The condition.</param>
/// <param name="IsByChange">Ordered by last change, then id; else by id.</param>
/// <param name="Limit">Rows at most.</param>
/// <param name="Offset">Rows to leave out before.</param>
internal sealed record CoqlQuery(
    IReadOnlyList<string> Columns, string Module, CoqlCondition Where, bool IsByChange, int Limit, int Offset);

/// <summary>Reads COQL. Brackets hold two conditions at most, as the CRM wants it.</summary>
internal sealed partial class CoqlParser
{
    private readonly List<string> _words;
    private readonly bool _isLoose;
    private int _at;

    private CoqlParser(List<string> words, bool isLoose) => (_words, _isLoose) = (words, isLoose);

    /// <exception cref="ZohoProblem">400 SYNTAX_ERROR.</exception>
    public static CoqlQuery Parse(string text, bool isLoose)
    {
        var words = Word().Matches(text).Select(match => match.Value).ToList();
        return new CoqlParser(words, isLoose).Query();
    }

    private CoqlQuery Query()
    {
        Expect("select");
        var columns = new List<string> { Take() };
        while (Skip(",")) columns.Add(Take());
        Expect("from");
        var module = Take();
        Expect("where");
        var where = Condition();
        var isByChange = false;
        if (Skip("order"))
        {
            Expect("by");
            isByChange = Is("Modified_Time");
            var names = isByChange ? new[] { "Modified_Time", "asc", ",", "id", "asc" } : ["id", "asc"];
            foreach (var name in names) Expect(name);
        }

        var (limit, offset) = (200, 0);
        if (Skip("limit"))
        {
            limit = Number();
            if (Skip("offset")) offset = Number();
            else if (Skip(",")) (offset, limit) = (limit, Number());
        }

        return _at == _words.Count ? new(columns, module, where, isByChange, limit, offset) : throw Wrong();
    }

    private CoqlCondition Condition()
    {
        var first = Operand();
        if (!Is("and") && !Is("or")) return first;
        var all = Take().Equals("and", StringComparison.OrdinalIgnoreCase);
        var second = Operand();
        // A third condition wants brackets around two of them.
        return Is("and") || Is("or") ? throw Wrong() : new CoqlCondition.Both(all, first, second);
    }

    private CoqlCondition Operand()
    {
        if (!Skip("(")) return Comparison();
        var inner = Condition();
        Expect(")");
        return inner;
    }

    private CoqlCondition.Comparison Comparison()
    {
        var field = Take();
        var word = Take().ToLowerInvariant();
        switch (word)
        {
            case "is":
                var isNot = Skip("not");
                Expect("null");
                return new(field, isNot ? "is not null" : "is null", [], _isLoose);
            case "between":
                var from = Literal();
                Expect("and");
                return new(field, word, [from, Literal()], _isLoose);
            case "not":
                Expect("in");
                return new(field, "not in", List(), _isLoose);
            case "in":
                return new(field, word, List(), _isLoose);
            case "=" or ">" or "<" or ">=" or "<=" or "like":
                return new(field, word, [Literal()], _isLoose);
            default:
                throw Wrong();
        }
    }

    private List<string> List()
    {
        Expect("(");
        var values = new List<string> { Literal() };
        while (Skip(",")) values.Add(Literal());
        Expect(")");
        return values;
    }

    private string Literal()
    {
        var word = Take();
        if (word[0] != '\'') return word;
        var text = new StringBuilder();
        for (var at = 1; at < word.Length - 1; at++)
        {
            if (word[at] == '\\') at++;
            text.Append(word[at]);
        }

        return text.ToString();
    }

    private int Number() => int.TryParse(Take(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong();

    private string Take() => _at < _words.Count ? _words[_at++] : throw Wrong();

    private bool Is(string word) => _at < _words.Count && _words[_at].Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Skip(string word)
    {
        if (!Is(word)) return false;
        _at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Skip(word)) throw Wrong();
    }

    private ZohoProblem Wrong() => new(400, "SYNTAX_ERROR", "error in parsing the query near",
        $$"""{"line":1,"column":{{_at}},"near":"{{(_at < _words.Count ? _words[_at].Replace("\"", "", StringComparison.Ordinal) : "end")}}"}""");

    [GeneratedRegex(@"'(\\.|[^'\\])*'|>=|<=|[=<>(),]|[^\s=<>(),']+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
