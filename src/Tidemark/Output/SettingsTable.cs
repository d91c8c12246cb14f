using Spectre.Console;
using Tidemark.Engine.Settings;

namespace Tidemark.Output;

/// <summary>The settings of a connector as people read them: required ones first, advanced ones last.</summary>
internal static class SettingsTable
{
    public static Table Of(ConnectorSpec spec)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn(new Text("setting", Color.Grey)).NoWrap()).AddColumn(new TableColumn(new Text("meaning", Color.Grey)));
        foreach (var setting in spec.Settings.OrderByDescending(setting => setting.IsRequired).ThenBy(setting => setting.IsAdvanced))
            table.AddRow([new Text(setting.Name), new Rows(new Text(setting.Description), new Text(Facts(setting), Color.Grey))]);
        return table;
    }

    /// <summary>Everything but the sentence, e.g. <c>whole number from 1 to 100; default 100; advanced</c>.</summary>
    private static string Facts(Setting setting) => string.Join("; ", new[]
    {
        (setting.IsRequired ? "required " : "") + (setting.IsSecret ? "secret " : "") + Value(setting),
        setting.Default is { } otherwise ? $"default {otherwise}" : null,
        setting.Example is { } example ? $"e.g. {example}" : null,
        setting.IsAdvanced ? "advanced" : null,
        setting.VendorLimit is { } limit ? $"the vendor's limit: {limit.Limit} ({limit.Source})" : null,
    }.OfType<string>());

    private static string Value(Setting setting)
    {
        var kind = setting.Kind switch
        {
            SettingKind.Whole => "whole number",
            SettingKind.Flag => "true or false",
            SettingKind.Choice => "one of",
            SettingKind.List => setting.Choices.Count > 0 ? "list of" : "list, separated by commas",
            SettingKind.File => "path of a file",
            var other => $"{other}".ToLowerInvariant(),
        };
        return string.Join(' ', new[] { kind, string.Join(", ", setting.Choices), setting.Bounds }.Where(part => part.Length > 0));
    }
}
