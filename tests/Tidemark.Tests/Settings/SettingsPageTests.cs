using System.Runtime.CompilerServices;
using Shouldly;
using Tidemark.Commands;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>The settings in the docs are those of the spec, row by row.</summary>
public sealed class SettingsPageTests
{
    public static TheoryData<string> Connectors => [.. CompiledConnectors.Catalog().Names<IConnector>()];

    [Theory, MemberData(nameof(Connectors))]
    public void A_page_has_the_table_of_settings_that_the_spec_gives(string connector)
    {
        var known = CompiledConnectors.Catalog().Find(connector)!;
        var folder = known is ISourceConnector ? "connectors" : known is IChannelConnector ? "channels" : "destinations";
        var page = File.ReadAllText(Path.Combine(Docs(), folder, $"{connector}.md")).ReplaceLineEndings("\n");
        var table = Table(known.Spec);
        page.Contains(table, StringComparison.Ordinal).ShouldBeTrue($"Paste this into {folder}/{connector}.md:\n{table}\n");
    }

    /// <summary>The page is made of the options: TIDEMARK_APPROVE=1 writes it.</summary>
    [Fact]
    public void The_configuration_page_is_made_of_the_settings_of_the_server_and_the_variables()
    {
        var page = Path.Combine(Docs(), "configuration.md");
        var text = string.Join('\n',
        [
            "# Configuration",
            "",
            "## The server",
            "Settings of `tidemark serve`. A setting is an option (`--max-runs`), a variable (`TIDEMARK_MAX_RUNS`) or a line of the file that `--config` or `TIDEMARK_CONFIG` names",
            "(`max_runs: 8`); the first of these that says something counts. A secret is no option: others on the machine see arguments. [The server](server.md) tells what they are for.",
            "",
            "| setting | variable | kind | bounds | default | what for |",
            "|---|---|---|---|---|---|",
            .. ServerOptions.Spec.Settings.Select(setting => Cells(
                Code(setting.Name), Code(ServerOptions.VariableOf(setting.Name)), (setting.IsSecret ? "secret " : "") + Kind(setting.Kind), setting.Bounds,
                setting.Default is { Length: > 0 } otherwise ? Code(otherwise) : "none", setting.Description)),
            "",
            "## Variables of every command",
            "",
            "| variable | what for |",
            "|---|---|",
            .. VerbTree.Variables.Select(variable => Cells(Code(variable.Name), variable.What)),
            "",
            "Sources, destinations and channels have settings of their own: see [connectors](connectors.md) and the pages of `destinations/` and `channels/`, or `tidemark connectors NAME`.",
            "",
        ]);
        if (Environment.GetEnvironmentVariable("TIDEMARK_APPROVE") == "1") File.WriteAllText(page, text);
        File.ReadAllText(page).ReplaceLineEndings("\n").ShouldBe(text);
    }

    /// <summary>A ceiling that nobody has documented would keep somebody from what the vendor allows.</summary>
    [Theory, MemberData(nameof(Connectors))]
    public void What_limits_requests_has_the_vendor_s_limit_with_its_source_or_none(string connector)
    {
        string[] kinds = ["requests_per_second", "max_concurrent", "page_size", "batch_size"];
        foreach (var setting in CompiledConnectors.Catalog().Find(connector)!.Spec.Settings.Where(setting => kinds.Any(kind => setting.Name.EndsWith(kind, StringComparison.Ordinal))))
        {
            if (setting.Max is not null) setting.VendorLimit.ShouldNotBeNull(setting.Name);
            setting.VendorLimit?.Source.Scheme.ShouldBe("https");
        }
    }

    private static string Table(ConnectorSpec spec) => string.Join('\n',
    [
        "| setting | kind | bounds, choices | default | what for |",
        "|---|---|---|---|---|",
        .. spec.Settings.OrderByDescending(setting => setting.IsRequired).ThenBy(setting => setting.IsAdvanced).Select(Row),
        "",
    ]);

    private static string Row(Setting setting) => Cells(
        Code(setting.Name),
        (setting.IsSecret ? "secret " : "") + Kind(setting.Kind) + (setting.IsAdvanced ? ", advanced" : ""),
        setting.Choices.Count > 0 ? string.Join(", ", setting.Choices.Select(Code)) : setting.Bounds,
        setting.IsRequired ? "required" : setting.Default is { } otherwise ? Code(otherwise) : "none",
        setting.Description + (setting.VendorLimit is { } limit ? $" The vendor's limit: {limit.Limit} ([source]({limit.Source}))." : "") + (setting.Example is { } example ? $" E.g. {Code(example)}." : ""));

    private static string Cells(params string[] cells) =>
        "| " + string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))) + " |";

    private static string Code(string text) => $"`{text}`";

    private static string Kind(SettingKind kind) => kind switch
    {
        SettingKind.Whole => "whole number",
        SettingKind.Flag => "true or false",
        SettingKind.File => "path of a file",
        _ => $"{kind}".ToLowerInvariant(),
    };

    private static string Docs([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs"));
}
