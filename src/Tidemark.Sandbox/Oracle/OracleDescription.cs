using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Oracle;

/// <summary>What a resource says of itself: its attributes with their types, and its children.</summary>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/Resource_Metadata.html.</remarks>
internal static class OracleDescription
{
    public static Answer Of(OracleRecords kind, string address)
    {
        using var buffer = new JsonBuffer(4096);
        kind.Write(buffer, 0, kind.Timeline.CreatedAt(0), Form.Listed);
        using var record = JsonDocument.Parse(buffer.Written);
        var json = new JsonBuffer();
        json.Add($$"""{"Resources":{{{kind.Resource}}:{"discrColumnType":false,"title":{{kind.Resource}},"attributes":""");
        var isFirst = true;
        foreach (var field in record.RootElement.EnumerateObject())
        {
            json.Raw(isFirst ? "["u8 : ","u8);
            isFirst = false;
            var isMade = field.Name == kind.IdName || field.Name is OracleRecords.Created or OracleRecords.Updated;
            json.Add($$"""{"name":{{field.Name}},"type":{{Type(field)}},"updatable":{{!isMade}},"mandatory":{{field.Name == kind.IdName}}""");
            json.Add($$""","queryable":true,"allowChanges":{{(isMade ? "never" : "always")}}}""");
        }

        json.Add($$"""],"collection":{"rangeSize":25,"finders":[],"links":[{"rel":"self","href":{{address}},"name":"self"}]""");
        json.Raw(""","actions":[{"name":"get","method":"GET","responseType":["application/json"]}]}"""u8);
        json.Raw(""","item":{"links":[],"actions":[{"name":"get","method":"GET","responseType":["application/json"]}]}"""u8);
        json.Raw(",\"children\":{"u8);
        json.Raw(string.Join(',', kind.Children.Select(child => $$"""{{JsonSerializer.Serialize(child)}}:{"$ref":"{{address}}/{id}/child/{{child}}/describe"}""")));
        json.Raw("}}}}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    private static string Type(JsonProperty field) => field.Value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => field.Value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.Array or JsonValueKind.Object => "attachment",
        JsonValueKind.String when field.Value.GetString()!.EndsWith("+00:00", StringComparison.Ordinal) => "datetime",
        _ => "string",
    };
}
