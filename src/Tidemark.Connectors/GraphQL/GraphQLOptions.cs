using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>Settings of a GraphQL source.</summary>
public sealed record GraphQLOptions : HttpOptions
{
    [Required]
    [Description("Address that queries are posted to.")]
    [Example("https://api.example.com/graphql")]
    public Uri Url { get; set; } = new("https://localhost/graphql");

    [Required]
    [Description("The streams: YAML or JSON with a query for each name, or the path of a file that ends in .yaml, .yml or .json.")]
    [Example("tags: query ($limit: Int, $offset: Int) { tags(limit: $limit, offset: $offset) { id name } }")]
    public string Queries { get; set; } = "";

    [Description("Token that is sent as Authorization: Bearer.")]
    public Secret? Token { get; set; }

    [Description("More headers, one a line, each as Name: value. They are secret as a whole.")]
    public Secret? Headers { get; set; }

    [Description("Path of the schema, as an introspection answer (.json) or in schema language, where the server is not asked for it.")]
    [FilePath]
    [Example("schema.graphql")]
    public string? SchemaFile { get; set; }

    [Advanced]
    [Description("Whether the server is asked for its schema, which gives columns their types.")]
    public bool Introspection { get; set; } = true;

    [AtLeast(1), Advanced]
    [Description("Records a page, where the query has a variable for it.")]
    public int PageSize { get; set; } = 100;

    [AtLeast(0), Advanced]
    [Description("Requests per second that all streams share; 0 is no limit but the server's.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32), Advanced]
    [Description("Requests on their way at once.")]
    public int Parallel { get; set; } = 4;

    [Range(0, 604_800)]
    public override TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);
}
