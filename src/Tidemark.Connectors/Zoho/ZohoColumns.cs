using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Zoho;

/// <summary>Columns of a module: its fields under snake_case names, a lookup as id and name.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/field-meta.html.</remarks>
internal static class ZohoColumns
{
    /// <summary>Properties that every record has for the CRM's own page and that say nothing of the record.</summary>
    private static readonly string[] ForThePage =
    [
        "$approval", "$approval_state", "$approved", "$canvas_id", "$editable", "$field_states", "$has_more", "$in_merge",
        "$locked_for_me", "$orchestration", "$pathfinder", "$photo_id", "$process_flow", "$review", "$review_process",
        "$se_module", "$sharing_permission", "$state", "$taxable", "$wizard_connection_path", "$zia_owner_assignment",
        "$zia_visions", "$layout_id", "$layout_id__s", "$status", "$followed", "$followers", "$line_tax", "$module",
    ];

    public static StreamSchema Of(ZohoModule module)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { "id" };
        // Plain fields choose first: a field that is called Account_ID keeps its name beside the lookup Account_Name.
        var names = module.Fields.Where(field => !field.IsLookup)
            .ToDictionary(field => field.ApiName, field => Choose(field.ApiName), StringComparer.Ordinal);
        var columns = new List<Field> { new("id", FieldType.Text) };
        foreach (var field in module.Fields)
        {
            if (field.IsLookup) columns.AddRange(Lookup(field.ApiName));
            else columns.Add(new Field(names[field.ApiName], TypeOf(field)) { Path = field.ApiName });
        }

        columns.Add(new Field(Choose("currency_symbol"), FieldType.Text) { Path = "$currency_symbol" });
        if (module.ApiName == "Leads")
        {
            columns.Add(new Field(Choose("converted"), FieldType.Boolean) { Path = "$converted" });
            columns.Add(new Field(Choose("converted_detail"), FieldType.Json) { Path = "$converted_detail" });
        }

        return new StreamSchema(module.Stream, columns) { LeftInRaw = ForThePage };

        string Choose(string name)
        {
            var chosen = ColumnNames.Choose(name, taken);
            taken.Add(chosen);
            return chosen;
        }

        IEnumerable<Field> Lookup(string apiName)
        {
            var name = ColumnNames.SnakeCase(apiName);
            var thing = name.EndsWith("_name", StringComparison.Ordinal) ? name[..^"_name".Length] : name;
            // Older records of some modules hold the bare id in the object's place.
            yield return new Field(Choose($"{thing}_id"), FieldType.Text) { Path = $"{apiName}/id", OrPath = apiName };
            yield return new Field(Choose($"{thing}_name"), FieldType.Text) { Path = $"{apiName}/name" };
        }
    }

    /// <summary>The column's type. What the metadata calls text may be a list all the same, e.g. tags.</summary>
    public static FieldType TypeOf(ZohoField field) => (field.DataType, field.JsonType) switch
    {
        ("datetime", _) => FieldType.Timestamp,
        ("date", _) => FieldType.Date,
        ("boolean", _) => FieldType.Boolean,
        ("bigint" or "integer", _) => FieldType.Int64,
        ("currency" or "double" or "decimal" or "percent", _) => FieldType.Decimal,
        ("multiselectpicklist" or "multiselectlookup" or "multiuserlookup" or "subform" or "fileupload", _) => FieldType.Json,
        (_, "jsonarray" or "jsonobject") => FieldType.Json,
        ("formula" or "rollup_summary", "boolean") => FieldType.Boolean,
        ("formula" or "rollup_summary", "integer" or "double") => FieldType.Decimal,
        _ => field.ApiName is "Tag" or "Product_Details" or "Pricing_Details" ? FieldType.Json : FieldType.Text,
    };
}
