using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Oracle;

/// <summary>Allows what <see cref="OracleExtraField.Parse"/> understands.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OracleExtraFieldsAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is IReadOnlyList<string> fields && fields.All(field => OracleExtraField.Parse(field) is not null);

    public override string FormatErrorMessage(string name) =>
        $"The setting {name} is a list such as opportunities.Practice_c, opportunities.Score_c:decimal; streams are "
        + $"{string.Join(", ", OracleSchemas.All.Select(schema => schema.Name))}; types are "
        + $"{string.Join(", ", OracleExtraField.Types.Keys)}.";
}

/// <summary>A field that a setting asks for.</summary>
/// <param name="Stream">Name of a stream.</param>
/// <param name="Name">As Oracle writes it, e.g. <c>Practice_c</c>.</param>
/// <param name="Type">Type of the column; null to infer it.</param>
internal sealed partial record OracleExtraField(string Stream, string Name, FieldType? Type)
{
    /// <summary>Matches a name as Oracle writes it.</summary>
    public const string Names = "[A-Za-z][A-Za-z0-9_]*";

    /// <summary>Types by the name they have in settings.</summary>
    public static readonly IReadOnlyDictionary<string, FieldType> Types =
        Enum.GetValues<FieldType>().ToDictionary(type => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{type}"));

    /// <summary>Reads <c>stream.Name</c> or <c>stream.Name:type</c>; null where the text is neither.</summary>
    public static OracleExtraField? Parse(string text)
    {
        var (path, type) = Cut(text, ':');
        var (stream, name) = Cut(path, '.');
        if (name is null || !NamePattern().IsMatch(name) || OracleSchemas.All.All(schema => schema.Name != stream)) return null;
        if (type is null) return new(stream, name, null);
        return Types.TryGetValue(type, out var known) ? new(stream, name, known) : null;
    }

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var place
            ? (text[..place].Trim(), text[(place + 1)..].Trim()) : (text.Trim(), null);

    [GeneratedRegex($"^{Names}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
