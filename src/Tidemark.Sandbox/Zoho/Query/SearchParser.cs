using System.Text;

namespace Tidemark.Sandbox.Zoho.Query;

/// <summary>Reads the criteria of a search. A bracket holds one condition, or two brackets joined by and, or.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/search-records.html.</remarks>
internal sealed class SearchParser
{
    private const int MaxConditions = 10;

    private readonly string _text;
    private readonly bool _isLoose;
    private int _at;
    private int _conditions;

    private SearchParser(string text, bool isLoose) => (_text, _isLoose) = (text, isLoose);

    /// <exception cref="ZohoProblem">400 INVALID_QUERY.</exception>
    public static CoqlCondition Parse(string text, bool isLoose)
    {
        var parser = new SearchParser(text, isLoose);
        var condition = parser.Bracket();
        return parser._at == text.Length && parser._conditions <= MaxConditions ? condition : throw parser.Wrong();
    }

    private char Next => _at < _text.Length ? _text[_at] : throw Wrong();

    private CoqlCondition Bracket()
    {
        Expect('(');
        if (Next != '(') return Condition();
        var first = Bracket();
        var all = Word() switch { "and" => true, "or" => false, _ => throw Wrong() };
        var both = new CoqlCondition.Both(all, first, Bracket());
        Expect(')');
        return both;
    }

    private CoqlCondition.Comparison Condition()
    {
        _conditions++;
        var (field, comparison) = (Until(':'), Until(':'));
        var values = Values(comparison is "in" or "between");
        var word = comparison switch
        {
            "equals" => "=",
            "not_equal" => "not in",
            "starts_with" => "like",
            "in" => "in",
            "between" when values.Count == 2 => "between",
            "greater_than" => ">",
            "greater_equal" => ">=",
            "less_than" => "<",
            "less_equal" => "<=",
            _ => throw Wrong(),
        };
        return new(field, word, values, _isLoose);
    }

    private List<string> Values(bool several)
    {
        var (values, value) = (new List<string>(), new StringBuilder());
        for (; Next != ')'; _at++)
        {
            if (Next == '(') throw Wrong();
            if (Next == ',')
            {
                if (!several) throw Wrong();
                values.Add(value.ToString());
                value.Clear();
                continue;
            }

            if (Next == '\\') _at++;
            value.Append(Next);
        }

        Expect(')');
        values.Add(value.ToString());
        return values;
    }

    private string Word()
    {
        while (Next == ' ') _at++;
        var start = _at;
        while (char.IsAsciiLetter(Next)) _at++;
        var word = _text[start.._at];
        while (Next == ' ') _at++;
        return word;
    }

    private string Until(char end)
    {
        var start = _at;
        while (Next != end) _at++;
        return _text[start.._at++];
    }

    private void Expect(char letter)
    {
        if (Next != letter) throw Wrong();
        _at++;
    }

    private ZohoProblem Wrong() => new(400, "INVALID_QUERY", "invalid query formed", $$"""{"at":{{_at}}}""");
}
