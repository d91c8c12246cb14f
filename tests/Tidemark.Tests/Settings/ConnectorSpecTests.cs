using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>What a spec says of its settings is true, and is said once.</summary>
public sealed class ConnectorSpecTests
{
    public static TheoryData<string> Connectors => [.. CompiledConnectors.Catalog().Names<IConnector>()];

    [Theory, MemberData(nameof(Connectors))]
    public void Every_description_is_a_plain_sentence_that_leaves_defaults_to_the_spec(string connector)
    {
        foreach (var setting in Spec(connector).Settings)
        {
            setting.Description.ShouldMatch(@"^[A-Z].*\.$", setting.Name);
            setting.Description.ShouldNotContain("default", Case.Insensitive, setting.Name);
            if (setting.Bounds.Length > 0)
                setting.Description.ShouldNotMatch($@"\b{setting.Min} to {setting.Max}\b", setting.Name);
        }
    }

    [Theory, MemberData(nameof(Connectors))]
    public void What_is_required_or_secret_is_never_advanced_and_has_no_default(string connector) =>
        Spec(connector).Settings.Where(setting => setting.IsRequired || setting.IsSecret)
            .ShouldAllBe(setting => !setting.IsAdvanced && setting.Default == null);

    [Theory, MemberData(nameof(Connectors))]
    public void Examples_and_defaults_bind(string connector)
    {
        var spec = Spec(connector);
        foreach (var choose in new Func<Setting, string?>[] { setting => setting.Example, setting => setting.Default })
        {
            var values = spec.Settings.Where(setting => choose(setting) is not null).ToDictionary(setting => setting.Name, setting => choose(setting)!);
            var problems = new List<Problem>();
            SettingsBinder.Bind(spec, values, connector, problems);
            problems.Where(problem => problem.Code != "setting.missing").ShouldBeEmpty();
        }
    }

    [Theory, MemberData(nameof(Connectors))]
    public void Roles_are_what_the_connector_can_do(string connector)
    {
        var known = CompiledConnectors.Catalog().Find(connector)!;
        known.Spec.Roles.HasFlag(ConnectorRoles.Source).ShouldBe(known is ISourceConnector);
        known.Spec.Roles.HasFlag(ConnectorRoles.Destination).ShouldBe(known is IDestinationConnector);
        known.Spec.Roles.HasFlag(ConnectorRoles.Storage).ShouldBe(known is IStorageConnector);
        known.Spec.Roles.HasFlag(ConnectorRoles.Channel).ShouldBe(known is IChannelConnector);
        known.Spec.Roles.HasFlag(ConnectorRoles.WriteBack).ShouldBe(
            known.GetType().Assembly.GetTypes().Any(type => type.IsAssignableTo(typeof(IWriteBack)) && type.Namespace == known.GetType().Namespace));
    }

    [Fact]
    public void A_spec_is_derived_from_an_options_record()
    {
        var spec = ConnectorSpec.Of<ParcelOptions>("parcel", "Parcel", ConnectorRoles.Source);

        spec.Settings.Select(setting => (setting.Name, setting.Kind, setting.Default, setting.Bounds)).ShouldBe(
        [
            ("api_key", SettingKind.Text, null, ""),
            ("speed", SettingKind.Choice, "very_fast", ""),
            ("size", SettingKind.Whole, "10", "from 1 to 20"),
            ("weight", SettingKind.Number, null, "from 0 to 1.5"),
            ("wait", SettingKind.Seconds, "90", "from 1 to 600"),
            ("since", SettingKind.Day, null, ""),
            ("base_url", SettingKind.Address, "https://parcel.example", ""),
            ("tags", SettingKind.List, "a, b", ""),
            ("notes", SettingKind.File, null, ""),
            ("insured", SettingKind.Flag, "false", ""),
            ("label", SettingKind.Text, "none", "at most 8 characters"),
        ]);
        spec.Find("api_key").ShouldBe(new Setting("api_key", SettingKind.Text, "Key of the account.") { IsRequired = true, IsSecret = true, Choices = spec.Find("api_key")!.Choices });
        spec.Find("speed")!.Choices.ShouldBe(["slow", "very_fast"]);
        spec.Find("size")!.IsAdvanced.ShouldBeTrue();
        spec.Find("tags")!.Example.ShouldBe("red, blue");
        spec.Find("label")!.Pattern.ShouldBe("[a-z]*");
    }

    [Fact]
    public void A_record_gets_what_was_set_and_keeps_the_rest()
    {
        var problems = new List<Problem>();
        var options = SettingsBinder.Bind(ConnectorSpec.Of<ParcelOptions>("parcel", "Parcel", ConnectorRoles.Source), new Dictionary<string, string>
        {
            ["api_key"] = "k",
            ["speed"] = "slow",
            ["weight"] = "0.5",
            ["wait"] = "5",
            ["since"] = "2024-02-29",
            ["tags"] = "x, y,",
        }, "source", problems).As<ParcelOptions>();

        problems.ShouldBeEmpty();
        options.ApiKey.Reveal().ShouldBe("k");
        (options.Speed, options.Weight, options.Wait, options.Since).ShouldBe((ParcelSpeed.Slow, 0.5, TimeSpan.FromSeconds(5), new DateOnly(2024, 2, 29)));
        options.Tags.ShouldBe(["x", "y"]);
        (options.Size, options.Insured, options.Label).ShouldBe((10, false, "none"));
    }

    private static ConnectorSpec Spec(string connector) => CompiledConnectors.Catalog().Find(connector)!.Spec;

    private enum ParcelSpeed
    {
        Slow,
        VeryFast,
    }

    private sealed record ParcelOptions
    {
        [Required, Description("Key of the account.")]
        public Secret ApiKey { get; set; } = new("");

        public ParcelSpeed Speed { get; set; } = ParcelSpeed.VeryFast;

        [Range(1, 20), Advanced]
        public int Size { get; set; } = 10;

        [Range(0, 1.5)]
        public double? Weight { get; set; }

        [Range(1, 600)]
        public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(90);

        public DateOnly? Since { get; set; }

        public Uri BaseUrl { get; set; } = new("https://parcel.example");

        [Example("red, blue")]
        public IReadOnlyList<string> Tags { get; set; } = ["a", "b"];

        [FilePath]
        public string? Notes { get; set; }

        public bool Insured { get; set; }

        [StringLength(8), RegularExpression("[a-z]*")]
        public string Label { get; set; } = "none";
    }
}
