using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Square;

/// <summary>
/// Columns of the streams. What Square puts below <c>item_data</c> and the like becomes columns under its own name; a
/// sum of money becomes two, in minor units of its currency and the currency.
/// </summary>
/// <remarks>https://developer.squareup.com/reference/square/objects, version <see cref="SquareConnector.Version"/>.</remarks>
internal static class SquareSchemas
{
    public static readonly StreamSchema Locations = new("locations",
    [
        .. Text("id", "name", "status", "type", "business_name", "business_email", "country", "currency", "description",
            "facebook_url", "full_format_logo_url", "instagram_username", "language_code", "logo_url", "mcc",
            "merchant_id", "phone_number", "pos_background_url", "timezone", "twitter_username", "website_url"),
        .. Time("created_at"),
        new("latitude", FieldType.Decimal) { Path = "coordinates/latitude" },
        new("longitude", FieldType.Decimal) { Path = "coordinates/longitude" },
        .. Json("address", "business_hours", "capabilities", "tax_ids"),
    ]);

    public static readonly StreamSchema Categories = Catalog("catalog_categories", "category_data",
    [
        .. Text("name", "category_type", "root_category"),
        new("parent_category_id", FieldType.Text) { Path = "parent_category/id" },
        .. Flag("is_top_level", "online_visibility"),
        .. Json("availability_period_ids", "channels", "ecom_seo_data", "image_ids", "path_to_root"),
    ]);

    public static readonly StreamSchema Items = Catalog("catalog_items", "item_data",
    [
        .. Text("name", "abbreviation", "category_id", "description", "description_html", "description_plaintext",
            "ecom_uri", "label_color", "product_type", "sort_name"),
        new("reporting_category_id", FieldType.Text) { Path = "reporting_category/id" },
        .. Flag("is_alcoholic", "is_archived", "is_taxable", "skip_modifier_screen"),
        .. Json("categories", "channels", "ecom_image_uris", "ecom_seo_data", "food_and_beverage_details", "image_ids",
            "item_options", "modifier_list_info", "tax_ids"),
    ]);

    public static readonly StreamSchema Variations = Catalog("catalog_variations", "item_variation_data",
    [
        .. Text("item_id", "name", "sku", "upc", "inventory_alert_type", "measurement_unit_id", "pricing_type", "user_data"),
        .. Whole("ordinal", "inventory_alert_threshold", "service_duration"),
        .. Money("price_money"),
        .. Flag("available_for_booking", "sellable", "stockable", "track_inventory"),
        .. Json("image_ids", "item_option_values", "location_overrides", "stockable_conversion", "team_member_ids"),
    ]);

    public static readonly StreamSchema Inventory = new("catalog_inventory",
    [
        .. Text("catalog_object_id", "location_id", "state", "catalog_object_type"),
        .. Number("quantity"),
        .. Time("calculated_at"),
        .. Flag("is_estimated"),
    ])
    {
        Key = ["catalog_object_id", "location_id", "state"],
    };

    public static readonly StreamSchema Orders = new("orders",
    [
        .. Text("id", "location_id", "customer_id", "reference_id", "state", "ticket_name"),
        new("source_name", FieldType.Text) { Path = "source/name" },
        .. Time("created_at", "updated_at", "closed_at"),
        .. Whole("version"),
        .. Money("total_money", "total_tax_money", "total_discount_money", "total_tip_money", "total_service_charge_money",
            "net_amount_due_money"),
        .. Json("discounts", "fulfillments", "metadata", "net_amounts", "pricing_options", "refunds", "return_amounts",
            "returns", "rewards", "rounding_adjustment", "service_charges", "taxes", "tenders"),
    ])
    {
        LeftInRaw = ["line_items"],
    };

    public static readonly StreamSchema LineItems = new("order_line_items",
    [
        .. Text("order_id", "uid", "location_id", "catalog_object_id", "item_type", "name", "note", "variation_name"),
        .. Time("order_created_at"),
        .. Number("quantity"),
        .. Whole("catalog_version"),
        .. Money("base_price_money", "variation_total_price_money", "gross_sales_money", "total_money", "total_tax_money",
            "total_discount_money", "total_service_charge_money"),
        .. Json("applied_discounts", "applied_service_charges", "applied_taxes", "metadata", "modifiers",
            "pricing_blocklists", "quantity_unit"),
    ])
    {
        Key = ["order_id", "uid"],
    };

    /// <summary>Columns of an unknown kind of catalog object: its own part is one column.</summary>
    public static StreamSchema Of(CatalogType type) =>
        new(type.Stream, [.. CatalogFields, new Field("data", FieldType.Json) { Path = type.Data }]) { LeftInRaw = ["type"] };

    private static IReadOnlyList<Field> CatalogFields =>
    [
        .. Text("id"),
        .. Time("updated_at"),
        .. Whole("version"),
        .. Flag("is_deleted", "present_at_all_locations"),
        .. Json("absent_at_location_ids", "catalog_v1_ids", "custom_attribute_values", "present_at_location_ids"),
    ];

    private static StreamSchema Catalog(string name, string data, IEnumerable<Field> fields) =>
        new(name, [.. CatalogFields, .. fields.Select(field => field with { Path = $"{data}/{field.Path}" })]) { LeftInRaw = ["type"] };

    private static IEnumerable<Field> Money(params string[] names) => names.SelectMany<string, Field>(name =>
    [
        new($"{name}_amount", FieldType.Int64) { Path = $"{name}/amount" },
        new($"{name}_currency", FieldType.Text) { Path = $"{name}/currency" },
    ]);

    private static IEnumerable<Field> Text(params string[] names) => names.Select(name => new Field(name, FieldType.Text));

    private static IEnumerable<Field> Time(params string[] names) => names.Select(name => new Field(name, FieldType.Timestamp));

    private static IEnumerable<Field> Whole(params string[] names) => names.Select(name => new Field(name, FieldType.Int64));

    private static IEnumerable<Field> Number(params string[] names) => names.Select(name => new Field(name, FieldType.Decimal));

    private static IEnumerable<Field> Flag(params string[] names) => names.Select(name => new Field(name, FieldType.Boolean));

    private static IEnumerable<Field> Json(params string[] names) => names.Select(name => new Field(name, FieldType.Json));
}
