using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho.Shapes;

/// <summary>What the CRM states about the fields of a module.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/field-meta.html.</remarks>
internal static class ZohoFieldList
{
    /// <summary>What no field of these modules differs in.</summary>
    private static ReadOnlySpan<byte> Rest => """
        "association_details":null,"auto_number":{},"businesscard_supported":false,"colour_code_enabled_by_system":false,
        "convert_mapping":{},"created_source":"default","currency":{},"custom_field":false,"decimal_place":null,
        "display_field":false,"display_type":-1,
        "email_parser":{"fields_update_supported":true,"record_operations_supported":true},"enable_colour_code":false,
        "external":null,"field_read_only":false,"filterable":true,"formula":{},"history_tracking_enabled":false,"length":255,
        "lookup":{},"mass_update":true,"multi_module_lookup":{},"multiselectlookup":{},
        "operation_type":{"web_update":true,"api_create":true,"web_create":true,"api_update":true},"pick_list_values":[],
        "pick_list_values_sorted_lexically":false,"profiles":[],"public":false,"range":null,"read_only":false,
        "rollup_summary":{},"searchable":true,"separator":false,"sortable":true,"system_mandatory":false,"type":"used",
        "ui_type":1,"unique":{},"view_type":{"view":true,"edit":true,"quick_create":false,"create":true},
        "virtual_field":false,"visible":true,"webhook":true}
        """u8;

    /// <param name="json">Takes the whole answer.</param>
    /// <param name="fields">The fields, in the order of the answer.</param>
    /// <param name="ids">Ids of fields.</param>
    public static void Write(JsonBuffer json, IEnumerable<ZohoFieldShape> fields, IdCodec ids)
    {
        json.Raw("""{"fields":["""u8);
        Write(json, new RecordId(ids, 0), "id", "Record Id", "bigint", "string");
        var number = 1;
        foreach (var field in fields)
        {
            json.Raw(","u8);
            var label = field.ApiName.Replace('_', ' ');
            Write(json, new RecordId(ids, number++), field.ApiName, label, field.DataType, field.JsonType);
        }

        json.Raw("]}"u8);
    }

    private static void Write(
        JsonBuffer json, RecordId id, string apiName, string label, string dataType, string jsonType)
    {
        json.Add($$"""{"id":{{id}},"api_name":{{apiName}},"field_label":{{label}},"display_label":{{label}}""");
        json.Add($$""","data_type":{{dataType}},"json_type":{{jsonType}},""");
        json.Raw(Rest);
    }
}
