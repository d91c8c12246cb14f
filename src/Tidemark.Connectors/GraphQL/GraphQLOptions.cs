using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>Settings of a GraphQL source.</summary>
public sealed record GraphQLOptions : HttpOptions
{
    [Required]
    [Description("Address that queries are posted to, e.g. https://api.example.com/graphql.")]
    public Uri Url { get; set; } = new("https://localhost/graphql");

    [Required]
    [Description("The streams: YAML or JSON with a query for each name, or the path of such a file.")]
    public string Queries { get; set; } = "";

    [Description("Sent as Authorization: Bearer. Default: none.")]
    public Secret? Token { get; set; }

    [Description("More headers, one a line: Name: value. Kept as a secret as a whole.")]
    public Secret? Headers { get; set; }

    [Description(
        "Path of the schema, as an introspection answer (.json) or in schema language. Default: the server is asked.")]
    [FilePath]
    public string? SchemaFile { get; set; }

    [Description("Whether the server is asked for its schema, which gives columns their types. Default true.")]
    public bool Introspection { get; set; } = true;

    [Range(1, 10_000)]
    [Description("Records a page, where the query has a variable for it, 1 to 10000. Default 100.")]
    public int PageSize { get; set; } = 100;

    [Range(0, 1000)]
    [Description("Requests per second that all streams share. Default 0: no limit but the server's.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32)]
    [Description("Requests on their way at once, 1 to 32. Default 4.")]
    public int Parallel { get; set; } = 4;

    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00", ErrorMessage = "{0} is from 0 to 604800.")]
    [Description("Seconds that an incremental reading goes back before the last one began, 0 to 604800. Default 600.")]
    public override TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);
}
