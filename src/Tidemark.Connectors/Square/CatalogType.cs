using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Square;

/// <summary>A kind of catalog object.</summary>
/// <param name="Name">As Square names it, e.g. <c>ITEM_VARIATION</c>.</param>
/// <param name="Stream">The stream that it becomes.</param>
/// <param name="Data">Property of an object that holds what is particular to its kind.</param>
/// <remarks>https://developer.squareup.com/reference/square/enums/CatalogObjectType.</remarks>
internal sealed record CatalogType(string Name, string Stream, string Data)
{
    public const string Variation = "ITEM_VARIATION";

    /// <summary>Kinds that are read only where the setting names them.</summary>
    public static readonly IReadOnlyList<CatalogType> Further =
    [
        new("TAX", "catalog_taxes", "tax_data"),
        new("DISCOUNT", "catalog_discounts", "discount_data"),
        new("MODIFIER_LIST", "catalog_modifier_lists", "modifier_list_data"),
        new("MODIFIER", "catalog_modifiers", "modifier_data"),
        new("IMAGE", "catalog_images", "image_data"),
        new("ITEM_OPTION", "catalog_item_options", "item_option_data"),
        new("ITEM_OPTION_VAL", "catalog_item_option_values", "item_option_value_data"),
        new("MEASUREMENT_UNIT", "catalog_measurement_units", "measurement_unit_data"),
        new("PRICING_RULE", "catalog_pricing_rules", "pricing_rule_data"),
        new("PRODUCT_SET", "catalog_product_sets", "product_set_data"),
        new("TIME_PERIOD", "catalog_time_periods", "time_period_data"),
        new("SUBSCRIPTION_PLAN", "catalog_subscription_plans", "subscription_plan_data"),
        new("SUBSCRIPTION_PLAN_VARIATION", "catalog_subscription_plan_variations", "subscription_plan_variation_data"),
        new("CUSTOM_ATTRIBUTE_DEFINITION", "catalog_custom_attributes", "custom_attribute_definition_data"),
        new("QUICK_AMOUNTS_SETTINGS", "catalog_quick_amounts", "quick_amounts_settings_data"),
        new("AVAILABILITY_PERIOD", "catalog_availability_periods", "availability_period_data"),
    ];
}

/// <summary>Accepts names of <see cref="CatalogType.Further"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CatalogTypesAttribute : ChoicesAttribute
{
    public override IReadOnlyList<string> Choices => [.. CatalogType.Further.Select(type => type.Name)];
}
