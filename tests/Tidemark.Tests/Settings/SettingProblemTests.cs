using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Square;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>Every mistake is reported at once and says what would fit; none repeats what may be a secret.</summary>
public sealed class SettingProblemTests
{
    private const string Hidden = "S3cretWord";

    private static readonly ConnectorSpec Parcel = new("parcel", "Parcel",
    [
        new("api_key", SettingKind.Text, "Key.") { IsRequired = true, IsSecret = true },
        new("token", SettingKind.Text, "Token.") { IsSecret = true, Min = 20, Pattern = "tok_.*" },
        new("size", SettingKind.Whole, "Size.") { Min = 1, Max = 20 },
        new("weight", SettingKind.Number, "Weight.") { Min = 0 },
        new("wait", SettingKind.Seconds, "Seconds to wait.") { Max = 60 },
        new("insured", SettingKind.Flag, "Whether it is insured."),
        new("since", SettingKind.Day, "Day."),
        new("base_url", SettingKind.Address, "Address."),
        new("speed", SettingKind.Choice, "Speed.") { Choices = ["slow", "express"] },
        new("label", SettingKind.Text, "Label.") { Pattern = "[a-z]+", Example = "blue", Max = 10 },
        new("kinds", SettingKind.List, "Kinds.") { Choices = ["letter", "box"] },
    ]);

    [Theory]
    [InlineData("size", "0", "The setting size is 0, not from 1 to 20.", null)]
    [InlineData("size", "many", "The setting size is not a whole number from 1 to 20.", null)]
    [InlineData("size", "1.5", "The setting size is not a whole number from 1 to 20.", null)]
    [InlineData("weight", "-0.5", "The setting weight is -0.5, not at least 0.", null)]
    [InlineData("weight", "NaN", "The setting weight is not a number at least 0.", null)]
    [InlineData("wait", "61", "The setting wait is 61, not at most 60.", null)]
    [InlineData("insured", "yes", "The setting insured is not true or false.", null)]
    [InlineData("since", "2023-02-29", "The setting since is not a day such as 2024-01-31.", null)]
    [InlineData("speed", "expres", "The setting speed has no such choice.", "Did you mean express?")]
    [InlineData("label", "UP", "The setting label is not written as it must be.", "E.g. blue.")]
    [InlineData("label", "abcdefghijk", "The setting label is not at most 10 characters long.", null)]
    [InlineData("label", "a\n", "The setting label is not written as it must be.", "E.g. blue.")]
    [InlineData("kinds", "letter, bax", "The setting kinds has an item that is no choice.", "Did you mean box?")]
    [InlineData("api_key", " ", "The setting api_key is empty.", "Key.")]
    public void A_value_that_does_not_fit_is_told_what_would(string name, string value, string message, string? hint)
    {
        var problem = Problems(Parcel, ("api_key", "k"), (name, value)).ShouldHaveSingleItem();

        problem.ShouldBe(new Problem("setting.invalid", $"source \"one\", setting {name}", message, hint) { Streams = problem.Streams });
    }

    [Fact]
    public void Every_mistake_is_reported_at_once_with_code_and_name() =>
        Problems(Parcel, ("size", "21"), ("speed", "fast"), ("sise", "3"), ("base_url", "ftp://parcel.example"))
            .Select(problem => (problem.Code, problem.Subject)).ShouldBe(
            [
                ("setting.missing", "source \"one\", setting api_key"),
                ("setting.invalid", "source \"one\", setting size"),
                ("setting.invalid", "source \"one\", setting speed"),
                ("setting.invalid", "source \"one\", setting base_url"),
                ("setting.unknown", "source \"one\", setting sise"),
            ], ignoreOrder: true);

    [Theory]
    [InlineData("token", "S3cretWord")]
    [InlineData("size", "S3cretWord")]
    [InlineData("insured", "S3cretWord")]
    [InlineData("since", "S3cretWord")]
    [InlineData("speed", "S3cretWord")]
    [InlineData("label", "S3cretWord")]
    [InlineData("kinds", "S3cretWord")]
    [InlineData("base_url", "S3cretWord")]
    [InlineData("base_url", "ftp://user:S3cretWord@parcel.example")]
    [InlineData("base_url", "https://user:S3cretWord@parcel.example")]
    [InlineData("postgres://user:S3cretWord@host/db?sslmode", "require")]
    [InlineData("S3cretWord123", "=")]
    public void P11_no_problem_repeats_what_may_be_a_secret(string name, string value) =>
        Problems(Parcel, ("api_key", "k"), (name, value)).ShouldHaveSingleItem().ToString().ShouldNotContain(Hidden, Case.Insensitive);

    [Theory]
    [InlineData("postgre://user:S3cretWord@host:5432/db?sslmode=require")]
    [InlineData("postgre://user:S3cretWord@host/db")]
    [InlineData("postgres://user:pa/S3cretWord@host/db")]
    [InlineData("postgres://user:12/S3cretWord@host/db")]
    [InlineData("postgres://user:12#S3cretWord@host/db")]
    [InlineData("postgres://user:12?S3cretWord@host/db")]
    [InlineData("postgres://user:p@S3cretWord@host/db")]
    [InlineData("postgres://user:p@ss/S3cretWord@host/db")]
    [InlineData("postgres://user:S3cretWord@host:70000/db")]
    [InlineData("postgres://user:S3cretWord@host/db?port=S3cretWord")]
    [InlineData("Host=host;Password=S3cretWord;Port=99999999999")]
    [InlineData("Host=host;Password='S3cretWord;Port=5432")]
    [InlineData("Host=host;S3cretWord=1")]
    [InlineData("Username=user;Password=S3cretWord")]
    public void P11_an_address_that_cannot_be_read_is_never_printed(string address)
    {
        var problem = Problems(new PostgresConnector().Spec, ("url", address)).ShouldHaveSingleItem();
        problem.Code.ShouldBe("setting.invalid");
        problem.ToString().ShouldNotContain(Hidden, Case.Insensitive);

        var failure = Should.Throw<TidemarkException>(() => PostgresAddress.Parse(address));
        failure.Code.ShouldBe("postgres.address_invalid");
        failure.ToString().ShouldNotContain(Hidden, Case.Insensitive);
    }

    [Theory]
    [InlineData("postgres://user:p%40ss%2Fword@host:5432/my%40db?sslmode=require&application_name=a")]
    [InlineData("postgresql://host")]
    [InlineData("Host=host;Username=user;Password=a@b/c#d")]
    public void An_address_that_can_be_read_binds(string address) =>
        Problems(new PostgresConnector().Spec, ("url", address)).ShouldBeEmpty();

    [Fact]
    public void A_list_of_known_kinds_names_the_nearest() =>
        Problems(new SquareConnector().Spec, ("access_token", "t"), ("catalog_types", "TAX, DISCOUNTS")).ShouldHaveSingleItem()
            .Hint.ShouldBe("Did you mean DISCOUNT?");

    [Fact]
    public void Choices_are_written_as_the_spec_writes_them() =>
        Problems(new ZohoConnector().Spec, ("client_id", "c"), ("client_secret", "s"), ("refresh_token", "r"), ("edition", "1"))
            .ShouldHaveSingleItem().Subject.ShouldEndWith("setting edition");

    private static List<Problem> Problems(ConnectorSpec spec, params (string Name, string Value)[] settings)
    {
        var problems = new List<Problem>();
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in settings) all[name] = value;
        SettingsBinder.Bind(spec, all, "source \"one\"", problems);
        return problems;
    }
}
