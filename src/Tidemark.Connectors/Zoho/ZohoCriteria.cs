using System.Text;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Search criteria such as <c>((Stage:equals:Closed Won)and(Amount:greater_than:10))</c>, read into a tree: they are
/// asked as a query, or a search, and held against every record once more.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/search-records.html.</remarks>
internal abstract record ZohoCriteria
{
    /// <summary>API names of the fields that it is about.</summary>
    public IEnumerable<string> Fields => this is Group group
        ? group.Parts.SelectMany(part => part.Fields) : [((Condition)this).Field];

    /// <summary>Reads criteria.</summary>
    /// <exception cref="TidemarkException">Configuration <c>zoho.criteria_invalid</c>.</exception>
    public static ZohoCriteria Parse(string text)
    {
        var reader = new Reader(text);
        var criteria = reader.Group();
        return reader.IsAtEnd ? criteria : throw reader.Wrong("nothing after the last bracket");
    }

    /// <summary>The criteria of a module, out of a setting that may hold those of several.</summary>
    /// <param name="setting">E.g. <c>(A:equals:b)</c>, or <c>Leads=(A:equals:b);Deals=(C:equals:d)</c>.</param>
    /// <param name="module">API name.</param>
    /// <exception cref="TidemarkException">Configuration <c>zoho.criteria_invalid</c>.</exception>
    public static ZohoCriteria? Of(string? setting, string module)
    {
        if (string.IsNullOrWhiteSpace(setting)) return null;
        if (setting.TrimStart().StartsWith('(')) return Parse(setting.Trim());
        ZohoCriteria? found = null;
        foreach (var part in Split(setting))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw new Reader(part).Wrong("a module, = and its criteria");
            if (part[..equals].Trim() == module) found = Parse(part[(equals + 1)..].Trim());
        }

        return found;
    }

    /// <summary>Parts between semicolons that are not within brackets.</summary>
    private static IEnumerable<string> Split(string setting)
    {
        var (part, depth) = (new StringBuilder(), 0);
        for (var at = 0; at < setting.Length; at++)
        {
            var letter = setting[at];
            if (letter == '\\' && at + 1 < setting.Length)
            {
                part.Append(letter).Append(setting[++at]);
                continue;
            }

            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
            if (letter == ';' && depth == 0)
            {
                if (!string.IsNullOrWhiteSpace(part.ToString())) yield return part.ToString();
                part.Clear();
            }
            else
            {
                part.Append(letter);
            }
        }

        if (!string.IsNullOrWhiteSpace(part.ToString())) yield return part.ToString();
    }

    /// <summary>One condition.</summary>
    /// <param name="Field">API name.</param>
    /// <param name="Comparison">E.g. <c>equals</c>.</param>
    /// <param name="Values">Unescaped; two of <c>between</c>, any number of <c>in</c>, else one.</param>
    public sealed record Condition(string Field, string Comparison, IReadOnlyList<string> Values) : ZohoCriteria;

    /// <summary>Several criteria: all, or any, must hold.</summary>
    public sealed record Group(bool All, IReadOnlyList<ZohoCriteria> Parts) : ZohoCriteria;

    private sealed class Reader(string text)
    {
        private static readonly string[] Comparisons =
        [
            "equals", "not_equal", "starts_with", "in", "between", "greater_than", "greater_equal", "less_than", "less_equal",
        ];

        private int _at;

        public bool IsAtEnd => _at == text.Length;

        /// <summary>A bracket and what is in it: a condition, or groups joined by one of the words and, or.</summary>
        public ZohoCriteria Group()
        {
            Expect('(');
            SkipSpaces();
            if (Next != '(') return Condition();
            var parts = new List<ZohoCriteria> { Group() };
            bool? all = null;
            for (SkipSpaces(); Next != ')'; SkipSpaces())
            {
                var isAnd = Word("and") || (!Word("or") ? throw Wrong("and, or or a closing bracket") : false);
                if (all is { } before && before != isAnd) throw Wrong("brackets that say whether and or or comes first");
                all = isAnd;
                SkipSpaces();
                parts.Add(Group());
            }

            Expect(')');
            return parts.Count == 1 ? parts[0] : new Group(all ?? true, parts);
        }

        public TidemarkException Wrong(string wanted) =>
            new(FailureKind.Configuration, "zoho.criteria_invalid", $"The criteria want {wanted} at letter {_at + 1}.")
            {
                Hint = "Criteria look like ((Stage:equals:Closed Won)and(Amount:greater_than:10)); "
                    + "brackets and commas in values take a backslash.",
            };

        private char Next => _at < text.Length ? text[_at] : '\0';

        private Condition Condition()
        {
            var field = Until(':');
            if (field.Length == 0 || !field.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '$'))
                throw Wrong("a field's API name");
            var comparison = Until(':').ToLowerInvariant();
            if (!Comparisons.Contains(comparison)) throw Wrong($"one of {string.Join(", ", Comparisons)}");
            var values = Values(comparison is "in" or "between");
            Expect(')');
            if (comparison == "between" && values.Count != 2) throw Wrong("two values of between");
            return new Condition(field, comparison, values);
        }

        private string Until(char end)
        {
            var start = _at;
            while (Next != end)
            {
                if (Next is '\0' or ')' or '(') throw Wrong("field:comparison:value");
                _at++;
            }

            return text[start.._at++].Trim();
        }

        private List<string> Values(bool several)
        {
            var values = new List<string>();
            var value = new StringBuilder();
            for (; Next != ')'; _at++)
            {
                if (Next is '\0' or '(') throw Wrong("a closing bracket");
                if (Next == ',' && several)
                {
                    values.Add(value.ToString().Trim());
                    value.Clear();
                    continue;
                }

                if (Next == '\\' && _at + 1 < text.Length) _at++;
                value.Append(Next);
            }

            values.Add(value.ToString().Trim());
            return values;
        }

        private bool Word(string word)
        {
            if (string.Compare(text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0) return false;
            _at += word.Length;
            return true;
        }

        private void SkipSpaces()
        {
            while (Next == ' ') _at++;
        }

        private void Expect(char letter)
        {
            SkipSpaces();
            if (Next != letter) throw Wrong($"a {letter}");
            _at++;
        }
    }
}
