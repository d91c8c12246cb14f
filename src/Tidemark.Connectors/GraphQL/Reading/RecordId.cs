using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>What a query for one record takes as its id.</summary>
/// <param name="Variable">Variable that takes it.</param>
/// <param name="Type">Type of the variable, as the query declares it: <c>Int!</c>.</param>
/// <param name="Path">Path of the value in the record.</param>
internal sealed record RecordId(string Variable, string Type, string Path)
{
    /// <summary>
    /// The value in the variable's type: a number for Int and Float, text for String, and as it stands for ID and the scalars of a
    /// server's own. Null where the record has none.
    /// </summary>
    /// <remarks>https://spec.graphql.org/October2021/#sec-Scalars: Int takes no text, String no number, ID both.</remarks>
    public JsonNode? In(ReadOnlySpan<byte> record)
    {
        if (JsonPlace.Find(record, Path) is not { Token: JsonTokenType.String or JsonTokenType.Number } place) return null;
        if (place.Text(record) is not { } text) return null;
        return Type.Trim('[', ']', '!') switch
        {
            "Int" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            "Float" when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            "String" => text,
            _ => place.Token == JsonTokenType.String ? text : JsonNode.Parse(place.In(record)),
        };
    }
}
