using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>Settings of an Oracle Fusion Sales source.</summary>
public sealed record OracleOptions : HttpOptions
{
    [Required]
    [Description("Address of the pod, e.g. https://acme.fa.em2.oraclecloud.com.")]
    public Uri BaseUrl { get; set; } = new("https://localhost");

    [Description("User for basic authentication; with password. Needs only to read the resources.")]
    public string? Username { get; set; }

    [Description("Password of the user.")]
    public Secret? Password { get; set; }

    [Description("OAuth access token, sent as bearer in the place of user and password.")]
    public Secret? Token { get; set; }

    [RegularExpression(@"latest|\d+(\.\d+)+", ErrorMessage = "{0} is latest or a version such as 11.13.18.05.")]
    [Description("Version of the resources: latest or e.g. 11.13.18.05. Default latest.")]
    public string ApiVersion { get; set; } = "latest";

    [Range(1, 9)]
    [Description("REST framework version that every request pins, 1 to 9; decides how filters are written. Default 4.")]
    public int FrameworkVersion { get; set; } = 4;

    [Description("Finder that opportunities are listed by; empty for none, which may leave out closed ones and those "
        + "of others. Default MyOpportunitiesFinder;RecordSet='ALLOPTIES'.")]
    public string OpportunityFinder { get; set; } = OracleScope.WidestFinder;

    [Description("Condition that opportunities must meet besides, in the filter syntax of the framework version. "
        + "Some tenants need RecordSet='ALL'. Default none.")]
    public string OpportunityQuery { get; set; } = "";

    [OracleNames]
    [Description("Child resources that are kept as a column of opportunities, parted by commas, e.g. ChildRevenue. "
        + "With any, all fields of opportunities are asked for. Default none.")]
    public IReadOnlyList<string> Children { get; set; } = [];

    [Description("Fields to ask for: declared (the columns, and extra_fields) or all. Default declared.")]
    public OracleFields Fields { get; set; } = OracleFields.Declared;

    [OracleExtraFields]
    [Description("More fields as stream.Name or stream.Name:type, parted by commas, e.g. opportunities.Practice_c, "
        + "opportunities.Score_c:decimal. Without a type it is inferred.")]
    public IReadOnlyList<string> ExtraFields { get; set; } = [];

    [Description("Declared fields that this tenant does not have, as stream.Name, parted by commas. Default none.")]
    public IReadOnlyList<string> SkipFields { get; set; } = [];

    [Range(0, 1000)]
    [Description("Requests per second that all streams share. Oracle documents no limit. Default 0: none.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32)]
    [Description("Ranges of one stream that are read at once, 1 to 32. Default 8.")]
    public int Parallel { get; set; } = 8;

    [Range(2, 500)]
    [Description("Records a page, 2 to 500. Default 500.")]
    public int PageSize { get; set; } = 500;

    [Description("Seconds for one request, from connecting to the last byte, 1 to 600. Default 120.")]
    public override TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);
}

/// <summary>Which fields are asked for.</summary>
public enum OracleFields
{
    /// <summary>Those that have a column, and the extra ones.</summary>
    Declared,

    /// <summary>All that the user may see; those without a column get one.</summary>
    All,
}
