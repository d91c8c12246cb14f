using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Columns of the streams, in snake_case of Oracle's names. A row is identified by the numeric id, which never changes;
/// the public number, which addresses the record, can be given by the user. Amounts are exact decimals in the main unit
/// of their currency.
/// </summary>
/// <remarks>
/// https://docs.oracle.com/en/cloud/saas/sales/faaps/rest-endpoints.html: Opportunities, Accounts, Contacts, Sales
/// Leads, Activities.
/// </remarks>
internal static class OracleSchemas
{
    /// <summary>When a record was made. Every record has one and it never changes.</summary>
    public const string Created = "CreationDate";

    /// <summary>When a record was last changed. Every record has one.</summary>
    public const string Updated = "LastUpdateDate";

    public static readonly StreamSchema Opportunities = Of("opportunities", "OptyId",
    [
        .. Text("OptyNumber", "Name", "Description", "Comments", "StatusCode", "StageStatusCd", "PhaseCd", "SalesStage",
            "SalesMethod", "SalesChannelCd", "CurrencyCode", "ForecastOverrideCode", "ReasonWonLostCode",
            "TargetPartyName", "PartyName1", "PrimaryContactPartyName"),
        .. Whole("TargetPartyId", "OwnerResourcePartyId", "KeyContactId", "PrimaryOrganizationId", "PrimaryRevenueId",
            "SalesStageId", "SalesMethodId", "StgOrder", "WinProb", "RcmndWinProb", "AverageDaysAtStage",
            "MaximumDaysInStage"),
        .. Decimal("Revenue", "DownsideAmount", "UpsideAmount", "ExpectAmount", "QuotaFactor"),
        .. Flag("BudgetedFlag", "ChampionFlag"),
        .. Date("EffectiveDate"),
    ]);

    public static readonly StreamSchema Accounts = Of("accounts", "PartyId",
    [
        .. Text("PartyNumber", "OrganizationName", "Type", "OwnerName", "EmailAddress", "AddressLine1", "City", "State",
            "PostalCode", "Country", "CurrencyCode"),
        .. Whole("OwnerPartyId"),
    ]);

    public static readonly StreamSchema Contacts = Of("contacts", "PartyId",
    [
        .. Text("PartyNumber", "FirstName", "LastName", "ContactName", "JobTitle", "Type", "EmailAddress",
            "AccountName", "OwnerName", "AddressLine1", "City", "State", "PostalCode", "Country"),
        .. Whole("AccountPartyId", "OwnerPartyId"),
    ]);

    public static readonly StreamSchema Leads = Of("leads", "LeadId",
    [
        .. Text("LeadNumber", "Name", "Description", "StatusCode", "Rank", "CustomerPartyName",
            "PrimaryContactPartyName", "CurrencyCode"),
        .. Whole("CustomerId", "PrimaryContactId", "OwnerId"),
    ]);

    public static readonly StreamSchema Activities = Of("activities", "ActivityId",
    [
        .. Text("ActivityNumber", "Subject", "ActivityTypeCode", "ActivityFunctionCode", "StatusCode", "PriorityCode",
            "AccountName"),
        .. Whole("AccountId", "OpportunityId", "OwnerId"),
        .. Time("ActivityStartDate", "ActivityEndDate"),
        .. Date("DueDate"),
    ]);

    public static readonly IReadOnlyList<StreamSchema> All = [Opportunities, Accounts, Contacts, Leads, Activities];

    /// <summary>What Oracle calls the id that identifies a row.</summary>
    public static string IdOf(StreamSchema schema) => schema.Fields[schema.KeyPositions[0]].Path;

    /// <summary>A column under the snake_case of Oracle's name.</summary>
    public static Field Column(string name, FieldType type) => new(ColumnNames.SnakeCase(name), type) { Path = name };

    private static StreamSchema Of(string name, string id, IReadOnlyList<Field> fields) =>
        new(name,
        [
            Column(id, FieldType.Int64), .. fields, .. Text("CreatedBy", "LastUpdatedBy"), .. Time(Created, Updated),
        ])
        {
            Key = [ColumnNames.SnakeCase(id)],
            LeftInRaw = ["links"],
        };

    private static IEnumerable<Field> Text(params string[] names) => Columns(FieldType.Text, names);

    private static IEnumerable<Field> Whole(params string[] names) => Columns(FieldType.Int64, names);

    private static IEnumerable<Field> Decimal(params string[] names) => Columns(FieldType.Decimal, names);

    private static IEnumerable<Field> Flag(params string[] names) => Columns(FieldType.Boolean, names);

    private static IEnumerable<Field> Date(params string[] names) => Columns(FieldType.Date, names);

    private static IEnumerable<Field> Time(params string[] names) => Columns(FieldType.Timestamp, names);

    private static IEnumerable<Field> Columns(FieldType type, string[] names) =>
        names.Select(name => Column(name, type));
}
