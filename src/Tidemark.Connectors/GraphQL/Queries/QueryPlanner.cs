using System.Globalization;
using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>
/// Plans a definition: infers from the query what the definition leaves out, and checks the rest.
/// </summary>
/// <param name="name">Name of the stream.</param>
/// <param name="definition">The definition from the settings.</param>
/// <param name="pageSize">Records per page, unless the definition states another number.</param>
/// <param name="problems">Receives the problems.</param>
internal sealed class QueryPlanner(string name, QueryDefinition definition, int pageSize, ICollection<Problem> problems)
{
    private static readonly string[] OffsetNames = ["offset", "skip"];
    private static readonly string[] PageNames = ["page", "pageNumber", "page_number"];
    private static readonly string[] SizeNames =
        ["first", "limit", "take", "perPage", "per_page", "pageSize", "page_size", "count", "size"];

    /// <summary>Null where the query cannot be read at all.</summary>
    public QueryPlan? Plan()
    {
        try
        {
            var operation = GraphParser.Read(definition.Query, definition.Operation);
            if (FindPath(operation) is not { } path) return null;
            return Check(PlanPaging(new QueryPlan(name, definition, operation, path, GraphList.Of(path[^1]))));
        }
        catch (TidemarkException malformed)
        {
            problems.Add(Problem.From(malformed, Subject));
            return null;
        }
    }

    private string Subject => $"query {name}";

    private void Report(string code, string message, string? hint = null) =>
        problems.Add(new(code, Subject, message, hint));

    private List<GraphField>? FindPath(GraphOperation operation)
    {
        if (definition.Records is not { } records)
        {
            if (operation.Fields.FirstOrDefault(field => field.Fields.Count > 0) is { } first) return [first];
            Report("graphql.records_unknown", "The query selects no list.");
            return null;
        }

        var parts = records.Split(['/', '.'], StringSplitOptions.RemoveEmptyEntries).ToList();
        // The connection is meant, whichever way its elements are written.
        if (parts is [.., "edges", "node"]) parts.RemoveRange(parts.Count - 2, 2);
        else if (parts.Count > 1 && parts[^1] is "nodes" or "edges") parts.RemoveAt(parts.Count - 1);
        var path = new List<GraphField>();
        foreach (var part in parts)
        {
            var fields = path.Count == 0 ? operation.Fields : path[^1].Fields;
            if (fields.FirstOrDefault(field => field.Response == part) is { } found) path.Add(found);
            else
            {
                Report("graphql.records_unknown", $"The query has no {part} on the way to {records}.",
                    NearestName.Hint(part, fields.Select(field => field.Response)));
                return null;
            }
        }

        return path;
    }

    private QueryPlan PlanPaging(QueryPlan plan)
    {
        var style = definition.Paging switch
        {
            "relay" => PagingStyle.Relay,
            "offset" => PagingStyle.Offset,
            "page" => PagingStyle.Page,
            "none" => PagingStyle.None,
            _ => Recognise(plan),
        };
        var size = Argument(plan, SizeNames);
        plan = plan with
        {
            Paging = style,
            Position = style == PagingStyle.None ? null
                : definition.Position ?? Argument(plan, NamesOf(style))?.Variable,
            Size = definition.Size ?? size?.Variable,
        };
        if (style != PagingStyle.None && plan.Position is null)
        {
            Report("graphql.position_unknown", "No variable takes the place of the next page.",
                $"Give the list the argument {NamesOf(style)[0]}: $variable, or name the variable under position.");
        }

        if (style == PagingStyle.Relay && !plan.List.HasPageInfo)
            Report("graphql.page_info_missing",
                $"{plan.Path[^1].Response} needs pageInfo {{ hasNextPage endCursor }}.");
        if (style == PagingStyle.Page && definition.FirstPage is null)
        {
            // Asking a server that counts from 0 for page 1 first would leave its first page out without a word.
            Report("graphql.first_page_missing", "It must be said whether pages count from 0 or from 1.",
                "Set first_page.");
        }

        int? literal = int.TryParse(size?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
        return plan with { PageSize = plan.Size is null ? literal : definition.PageSize ?? pageSize };
    }

    private PagingStyle Recognise(QueryPlan plan)
    {
        if (plan.List.HasPageInfo
            && (definition.Position ?? Argument(plan, NamesOf(PagingStyle.Relay))?.Variable) is not null)
            return PagingStyle.Relay;
        if (Argument(plan, OffsetNames)?.Variable is not null) return PagingStyle.Offset;
        if (Argument(plan, PageNames)?.Variable is not null) return PagingStyle.Page;
        Report("graphql.paging_unknown", "The query does not show how the list is paged.",
            "Give the list after: $variable and pageInfo { hasNextPage endCursor }, or offset: $variable, "
            + "or page: $variable; or set paging: none where one answer always has all.");
        return PagingStyle.None;
    }

    private QueryPlan Check(QueryPlan plan)
    {
        foreach (var variable in new[] { plan.Position, plan.Size, definition.Since }.OfType<string>()
            .Where(variable => plan.Operation.Variable(variable) is null))
        {
            Report("graphql.variable_unknown", $"The query does not declare the variable {variable}.",
                NearestName.Hint(variable, plan.Operation.Variables.Select(known => known.Name)));
        }

        if (definition.Since is not null && plan.Paging is PagingStyle.Offset or PagingStyle.Page)
        {
            // Where a record changes or goes meanwhile, another slips onto the page that was read. A reading of everything has it
            // the next time; one of changes no longer asks for it.
            Report("graphql.since_counted", "A list by offset or number cannot be read by since: a record may slip past, and no later reading would ask for it.",
                "Page the list by cursors (after: $variable and pageInfo { hasNextPage endCursor }), or leave since out: then everything is read every time.");
        }

        if (definition.SinceText is { } text && !text.Contains("{since}", StringComparison.Ordinal))
            Report("graphql.key_invalid", "The key since_text has no {since} in it.");
        plan = plan with
        {
            Nested = [.. plan.List.Record.Fields.Select(GraphList.Of).Where(list => list.IsConnection)],
            Rows = FindRows(plan),
        };
        foreach (var list in plan.Nested.Where(list => !list.HasPageInfo))
        {
            Report("graphql.page_info_missing", $"{list.Field.Response} needs pageInfo {{ hasNextPage endCursor }}: "
                + "without it nobody sees that the list was cut off.");
        }

        var inner = plan.List.Record.Fields.SelectMany(field => GraphList.Of(field).Record.Fields).SelectMany(Inside);
        foreach (var deep in inner.Where(field => GraphList.Of(field).IsConnection))
        {
            Report("graphql.nested_too_deep", $"{deep.Response} is a list within a list within a record.",
                "Read it as a stream of its own; lists are completed one level down.");
        }

        CheckKey(plan);
        return plan;
    }

    private GraphList? FindRows(QueryPlan plan)
    {
        if (definition.Rows is not { } rows) return null;
        if (plan.List.Record.Child(rows) is { } field) return GraphList.Of(field);
        Report("graphql.rows_unknown", $"The records have no {rows}.",
            NearestName.Hint(rows, plan.List.Record.Fields.Select(known => known.Response)));
        return null;
    }

    private void CheckKey(QueryPlan plan)
    {
        var ownKeys = definition.Key.Where(key => !definition.Parent.ContainsKey(key));
        foreach (var key in ownKeys.Where(key => !plan.Row.Selects(key)))
        {
            Report("graphql.key_unselected", $"The query does not select the key {key}.",
                NearestName.Hint(key, plan.Row.Fields.Select(field => field.Response)));
        }

        foreach (var path in definition.Parent.Values.Where(path => !plan.List.Record.Selects(path)))
            Report("graphql.key_unselected", $"The query does not select {path} of the record around the rows.");
        if (definition.CompleteBy is { } by && !plan.List.Record.Selects(by))
        {
            Report("graphql.key_unselected", $"The query does not select {by}, which complete_by names.",
                NearestName.Hint(by, plan.List.Record.Fields.Select(field => field.Response)));
        }
    }

    private static GraphArgument? Argument(QueryPlan plan, string[] names) =>
        plan.Path.Reverse().Select(field => field.Argument(names)).FirstOrDefault(argument => argument is not null);

    private static string[] NamesOf(PagingStyle style) => style switch
    {
        PagingStyle.Relay => ["after"],
        PagingStyle.Offset => OffsetNames,
        _ => PageNames,
    };

    private static IEnumerable<GraphField> Inside(GraphField field) => field.Fields.SelectMany(Inside).Prepend(field);
}
