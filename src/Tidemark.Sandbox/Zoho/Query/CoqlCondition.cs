using System.Globalization;
using System.Text.Json;

namespace Tidemark.Sandbox.Zoho.Query;

/// <summary>What a record must meet.</summary>
internal abstract record CoqlCondition
{
    /// <summary>No record whose last change is before this can meet it, in Unix seconds; null where it does not say.</summary>
    public abstract long? Earliest { get; }

    public abstract bool Holds(JsonElement record);

    /// <summary>Two conditions: both, or either, must hold.</summary>
    public sealed record Both(bool All, CoqlCondition First, CoqlCondition Second) : CoqlCondition
    {
        public override long? Earliest => (First.Earliest, Second.Earliest) switch
        {
            ({ } one, { } other) => All ? Math.Max(one, other) : Math.Min(one, other),
            var (one, other) => All ? one ?? other : null,
        };

        public override bool Holds(JsonElement record) => All
            ? First.Holds(record) && Second.Holds(record)
            : First.Holds(record) || Second.Holds(record);
    }

    /// <summary>A field against values.</summary>
    public sealed record Comparison(string Field, string Word, IReadOnlyList<string> Values, bool IsLoose) : CoqlCondition
    {
        public override long? Earliest =>
            Field == "Modified_Time" && Word is ">" or ">=" or "=" or "between" ? ZohoTime.Seconds(Values[0]) : null;

        public override bool Holds(JsonElement record)
        {
            if (!record.TryGetProperty(Field, out var value))
                throw new ZohoProblem(400, "INVALID_QUERY", "invalid query formed", $$"""{"column_name":"{{Field}}"}""");
            if (value.ValueKind == JsonValueKind.Object) value = value.GetProperty("id");
            var text = value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.ToString(),
            };
            if (text is null) return Word is "is null" or "not in";
            return Word switch
            {
                "is null" => false,
                "is not null" => true,
                "=" => IsLoose && value.ValueKind == JsonValueKind.String && !IsTime(text)
                    ? text.Contains(Values[0], StringComparison.OrdinalIgnoreCase) : Compare(text, Values[0]) == 0,
                "in" => Values.Any(each => Compare(text, each) == 0),
                "not in" => Values.All(each => Compare(text, each) != 0),
                "between" => Compare(text, Values[0]) >= 0 && Compare(text, Values[1]) <= 0,
                "like" => text.StartsWith(Values[0].TrimEnd('%'), StringComparison.OrdinalIgnoreCase),
                ">" => Compare(text, Values[0]) > 0,
                ">=" => Compare(text, Values[0]) >= 0,
                "<" => Compare(text, Values[0]) < 0,
                _ => Compare(text, Values[0]) <= 0,
            };
        }

        private static bool IsTime(string text) => text.Length == 25 && text[10] == 'T';

        private static int Compare(string text, string value)
        {
            var culture = CultureInfo.InvariantCulture;
            if (IsTime(text) && ZohoTime.Seconds(text) is { } instant && ZohoTime.Seconds(value) is { } when) return instant.CompareTo(when);
            return decimal.TryParse(text, NumberStyles.Float, culture, out var number) && decimal.TryParse(value, NumberStyles.Float, culture, out var wanted)
                ? number.CompareTo(wanted)
                : string.Compare(text, value, StringComparison.OrdinalIgnoreCase);
        }
    }
}
