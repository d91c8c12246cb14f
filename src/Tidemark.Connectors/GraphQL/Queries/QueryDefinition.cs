using System.Text.Json.Nodes;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>A stream as the setting <c>queries</c> has it. Only the query is needed; the rest is read off it.</summary>
internal sealed record QueryDefinition
{
    /// <summary>The query, with variables for what changes from page to page.</summary>
    public string Query { get; init; } = "";

    /// <summary>Name of the operation, where the text has several.</summary>
    public string? Operation { get; init; }

    /// <summary>Values of variables that stay the same.</summary>
    public JsonObject? Variables { get; init; }

    /// <summary>Path of the records below data, e.g. customers or shop.orders. Default: the first field.</summary>
    public string? Records { get; init; }

    /// <summary>Fields that identify a record. Default id.</summary>
    public IReadOnlyList<string> Key { get; init; } = ["id"];

    /// <summary>relay, offset, page or none. Default: by the arguments of the list.</summary>
    public string? Paging { get; init; }

    /// <summary>
    /// Variable that takes the cursor, the offset or the number of the page. Default: by the arguments.
    /// </summary>
    public string? Position { get; init; }

    /// <summary>Variable that takes the size of a page. Default: by the arguments.</summary>
    public string? Size { get; init; }

    /// <summary>Records a page, if not page_size of the source.</summary>
    public int? PageSize { get; init; }

    /// <summary>Number of the first page, 0 or 1. Needed where pages are numbered.</summary>
    public int? FirstPage { get; init; }

    /// <summary>Path below data of a flag that says whether more follows.</summary>
    public string? HasMore { get; init; }

    /// <summary>Path below data of the number of all records.</summary>
    public string? Total { get; init; }

    /// <summary>
    /// Variable that takes the time from which on changes are wanted. Without it everything is read every time.
    /// </summary>
    public string? Since { get; init; }

    /// <summary>How that time is written: iso, date, unix or unix_ms. Default iso.</summary>
    public string SinceFormat { get; init; } = "iso";

    /// <summary>Text that the variable takes, with {since} in it, e.g. <c>updated_at:>='{since}'</c>.</summary>
    public string? SinceText { get; init; }

    /// <summary>Field that is true, or has a value, once a record is deleted.</summary>
    public string? Deleted { get; init; }

    /// <summary>Types of columns that the schema does not give, e.g. total: decimal.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Queries that read the rest of a list within a record, by the list's name.</summary>
    public IReadOnlyDictionary<string, string> Complete { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Path in the record of what those queries take as its id. Default: the field of the variable's name, else the key, or id
    /// where rows are made.
    /// </summary>
    public string? CompleteBy { get; init; }

    /// <summary>A list within the records whose elements become the rows.</summary>
    public string? Rows { get; init; }

    /// <summary>Columns of such rows that come from the record around them, e.g. order_id: id.</summary>
    public IReadOnlyDictionary<string, string> Parent { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
