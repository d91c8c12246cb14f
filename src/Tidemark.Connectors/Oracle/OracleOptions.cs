using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>Settings of an Oracle Fusion Sales source.</summary>
public sealed record OracleOptions : HttpOptions
{
    [Required]
    [Description("Address of the pod.")]
    [Example("https://acme.fa.em2.oraclecloud.com")]
    public Uri BaseUrl { get; set; } = new("https://localhost");

    [Description("User for basic authentication; with password. Needs only to read the resources.")]
    public string? Username { get; set; }

    [Description("Password of the user.")]
    public Secret? Password { get; set; }

    [Description("OAuth access token, sent as bearer in the place of user and password. It is not renewed.")]
    public Secret? Token { get; set; }

    [RegularExpression(@"latest|\d+(\.\d+)+"), Advanced]
    [Description("Version of the resources: latest, or a version in digits and points.")]
    [Example("11.13.18.05")]
    public string ApiVersion { get; set; } = "latest";

    [Range(1, 9), Advanced]
    [Description("REST framework version that every request pins. Filters are written in its syntax.")]
    public int FrameworkVersion { get; set; } = 4;

    [Advanced]
    [Description("Finder that opportunities are listed by; empty for none, which may leave out closed ones and those of others.")]
    public string OpportunityFinder { get; set; } = OracleScope.WidestFinder;

    [Description("Condition that opportunities must meet besides, in the filter syntax of the framework version; some tenants "
        + "need RecordSet='ALL'. Put parentheses around an or.")]
    [Example("RecordSet='ALL'")]
    public string OpportunityQuery { get; set; } = "";

    [RegularExpression(OracleExtraField.Names)]
    [Description("Child resources that are kept as a column of opportunities. With any, all fields of opportunities are asked "
        + "for, since Oracle ignores expand beside fields.")]
    [Example("ChildRevenue, OpportunityContact")]
    public IReadOnlyList<string> Children { get; set; } = [];

    [Description("Fields to ask for: declared is the columns and extra_fields, all is everything that the user may see.")]
    public OracleFields Fields { get; set; } = OracleFields.Declared;

    [OracleExtraFields]
    [Description("More fields, e.g. custom ones, as stream.Name or stream.Name:type with text, int64, decimal, float64, boolean, "
        + "timestamp, date or json. Without a type it is inferred from the first value.")]
    [Example("opportunities.Practice_c, opportunities.Score_c:decimal")]
    public IReadOnlyList<string> ExtraFields { get; set; } = [];

    [Description("Declared fields that this tenant does not have, as stream.Name.")]
    public IReadOnlyList<string> SkipFields { get; set; } = [];

    [AtLeast(0), Advanced]
    [Description("Requests per second that all streams share; 0 is no limit. Oracle documents none.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32), Advanced]
    [Description("Ranges of one stream that are read at once.")]
    public int Parallel { get; set; } = 8;

    [Range(2, 500), Advanced]
    [VendorLimit("500", "https://docs.oracle.com/en/cloud/saas/sales/faaps/Manage_Collections.html")]
    [Description("Records a page.")]
    public int PageSize { get; set; } = 500;

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
