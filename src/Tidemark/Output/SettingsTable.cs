using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Wire;

namespace Tidemark.Output;

/// <summary>The settings of a connector as people read them: required ones first, advanced ones last.</summary>
internal static class SettingsTable
{
    public static Table Of(ConnectorAnswer connector)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn(new Text("setting", Color.Grey)).NoWrap()).AddColumn(new TableColumn(new Text("meaning", Color.Grey)));
        foreach (var setting in connector.Settings.OrderByDescending(setting => setting.Required).ThenBy(setting => setting.Advanced))
            table.AddRow([new Text(setting.Name), new Rows(new Text(setting.Description), new Text(Facts(setting), Color.Grey))]);
        return table;
    }

    /// <summary>Everything but the sentence, e.g. <c>whole number from 1 to 100; default 100; advanced</c>.</summary>
    private static string Facts(SettingAnswer setting) => string.Join("; ", new[]
    {
        (setting.Required ? "required " : "") + (setting.Secret ? "secret " : "") + Value(setting),
        setting.Default is { } otherwise ? $"default {Text(otherwise)}" : null,
        setting.Example is { } example ? $"e.g. {Text(example)}" : null,
        setting.Advanced ? "advanced" : null,
        setting.VendorLimit is { } limit ? $"the vendor's limit: {limit.Limit} ({limit.Source})" : null,
    }.OfType<string>());

    private static string Value(SettingAnswer setting)
    {
        var kind = setting.Kind switch
        {
            SettingKind.Whole => "whole number",
            SettingKind.Flag => "true or false",
            SettingKind.Choice => "one of",
            SettingKind.List => setting.Choices is not null ? "list of" : "list, separated by commas",
            SettingKind.File => "path of a file",
            var other => $"{other}".ToLowerInvariant(),
        };
        return string.Join(' ', new[] { kind, string.Join(", ", setting.Choices ?? []), Setting.BoundsOf(setting.Kind, setting.Min, setting.Max) }.Where(part => part.Length > 0));
    }

    private static string Text(JsonNode value) => value is JsonArray list ? string.Join(", ", list.Select(item => Text(item!)))
        : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
