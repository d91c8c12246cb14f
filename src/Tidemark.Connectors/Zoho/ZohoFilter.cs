using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Json;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Whether a record meets criteria. The CRM's own <c>equals</c> on text also finds what merely contains it.</summary>
internal static class ZohoFilter
{
    /// <summary>False only where the record shows that it does not match; a field that it does not have decides nothing.</summary>
    public static bool Matches(ZohoCriteria criteria, ReadOnlySpan<byte> record)
    {
        if (criteria is ZohoCriteria.Condition condition)
            return JsonPlace.Find(record, condition.Field) is not { } place || Matches(condition, record, place);
        var group = (ZohoCriteria.Group)criteria;
        foreach (var part in group.Parts)
        {
            if (Matches(part, record) != group.All) return !group.All;
        }

        return group.All;
    }

    private static bool Matches(ZohoCriteria.Condition condition, ReadOnlySpan<byte> record, JsonPlace place)
    {
        if (place.Token == JsonTokenType.StartObject)
        {
            // A lookup: by id, or by the name that people see.
            var value = place.In(record);
            return Texts(JsonPlace.Find(value, "id")?.Text(value), JsonPlace.Find(value, "name")?.Text(value));
        }

        if (place.Token == JsonTokenType.StartArray)
        {
            var list = place.In(record).ToArray();
            return Texts(ForeignJson.Read<string?[]>(() => [.. JsonElement.Parse(list).EnumerateArray().Select(item => item.ToString())], []));
        }

        return Holds(condition, place.Text(record));

        bool Texts(params string?[] texts) => condition.Comparison == "not_equal"
            ? texts.All(text => Holds(condition, text))
            : texts.Any(text => Holds(condition, text));
    }

    private static bool Holds(ZohoCriteria.Condition condition, string? text)
    {
        if (text is null)
            return condition.Comparison == "not_equal" || (condition.Comparison == "equals" && condition.Values[0].Length == 0);
        return condition.Comparison switch
        {
            "equals" => Compare(text, condition.Values[0]) == 0,
            "not_equal" => Compare(text, condition.Values[0]) != 0,
            "starts_with" => text.StartsWith(condition.Values[0], StringComparison.OrdinalIgnoreCase),
            "in" => condition.Values.Any(value => Compare(text, value) == 0),
            "between" => Compare(text, condition.Values[0]) >= 0 && Compare(text, condition.Values[1]) <= 0,
            "greater_than" => Compare(text, condition.Values[0]) > 0,
            "greater_equal" => Compare(text, condition.Values[0]) >= 0,
            "less_than" => Compare(text, condition.Values[0]) < 0,
            _ => Compare(text, condition.Values[0]) <= 0,
        };
    }

    /// <summary>As numbers, as instants, or as texts without regard to case: as the CRM compares.</summary>
    private static int Compare(string text, string value)
    {
        var culture = CultureInfo.InvariantCulture;
        if (decimal.TryParse(text, NumberStyles.Float, culture, out var number)
            && decimal.TryParse(value, NumberStyles.Float, culture, out var wanted))
            return number.CompareTo(wanted);
        if (text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out var instant)
            && DateTimeOffset.TryParse(value, culture, DateTimeStyles.AssumeUniversal, out var when))
            return instant.CompareTo(when);
        return string.Compare(text, value, StringComparison.OrdinalIgnoreCase);
    }
}
