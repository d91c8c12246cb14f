namespace Tidemark.Sandbox.Serving;

/// <param name="Route">Path with ids replaced, e.g. <c>/v1/customers/{id}</c>.</param>
/// <param name="Page">Whether a list is asked for, and from where.</param>
internal readonly record struct RequestKind(string Route, PageKind Page);

internal enum PageKind
{
    NotAList,
    First,
    Later,
}
