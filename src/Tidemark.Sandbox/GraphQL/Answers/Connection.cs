using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>A page of a connection.</summary>
/// <param name="Items">Items of the page.</param>
/// <param name="HasNext">The truth, unless a fault lies about it.</param>
/// <param name="HasPrevious">Whether anything stands before the page.</param>
/// <param name="Total">Number of items in the whole list.</param>
/// <remarks>https://relay.dev/graphql/connections.htm.</remarks>
internal sealed record Connection<T>(IReadOnlyList<T> Items, bool HasNext, bool HasPrevious, long Total)
{
    public required FiredFaults Fired { get; init; }

    public required Func<T, int, string> CursorOf { get; init; }

    /// <summary>Writes an item: where, which, its place in the page, what is selected of it.</summary>
    public required Action<JsonBuffer, T, int, IReadOnlyList<QueryField>> WriteNode { get; init; }

    /// <summary>Whether it is a list within a record; faults lie about the outer ones.</summary>
    public bool IsInner { get; init; }

    private IReadOnlyList<T> Page => !IsInner && Fired.Has(FaultKind.EmptyPage) ? [] : Items;

    private bool SaysMore => IsInner ? HasNext
        : Fired.Has(FaultKind.EmptyPage) || Fired.Has(FaultKind.RepeatPage) || Fired.Has(FaultKind.HasMoreLieTrue)
            || (HasNext && !Fired.Has(FaultKind.HasMoreLieFalse));

    public void Write(JsonBuffer json, QueryField field) => Selected.WriteFields(json, field.Fields, (part, into) =>
    {
        switch (part.Name)
        {
            case "nodes":
                WriteEach(into, (item, place) => WriteNode(into, item, place, part.Fields));
                break;
            case "edges":
                WriteEach(into, (item, place) => Selected.WriteFields(into, part.Fields, (inner, _) =>
                {
                    if (inner.Name == "cursor") into.Text(CursorOf(item, place));
                    else WriteNode(into, item, place, inner.Fields);
                }));
                break;
            case "pageInfo":
                Selected.WriteFields(into, part.Fields, WritePageInfo);
                break;
            case "totalCount":
                into.Number(Total);
                break;
            default:
                into.Null();
                break;
        }
    });

    private void WritePageInfo(QueryField field, JsonBuffer json)
    {
        if (field.Name == "hasNextPage") json.Boolean(SaysMore);
        else if (field.Name == "hasPreviousPage") json.Boolean(HasPrevious);
        else if (Page.Count == 0) json.Null();
        else json.Text(field.Name == "startCursor" ? CursorOf(Page[0], 0) : CursorOf(Page[^1], Page.Count - 1));
    }

    private void WriteEach(JsonBuffer json, Action<T, int> write)
    {
        json.Raw("["u8);
        for (var place = 0; place < Page.Count; place++)
        {
            if (place > 0) json.Raw(","u8);
            write(Page[place], place);
        }

        json.Raw("]"u8);
    }
}
