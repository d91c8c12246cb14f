namespace Tidemark.Connectors.GraphQL.Language;

/// <summary>A query as far as a client must understand it: variables, fields, arguments by their places.</summary>
/// <param name="Text">As it was written; places count from its start.</param>
/// <param name="Name">Null for a query without one.</param>
/// <param name="Variables">In the order of their declaration.</param>
/// <param name="Fields">What is selected at the root, fragments resolved.</param>
internal sealed record GraphOperation(
    string Text, string? Name, IReadOnlyList<GraphVariable> Variables, IReadOnlyList<GraphField> Fields)
{
    public GraphVariable? Variable(string name) => Variables.FirstOrDefault(variable => variable.Name == name);
}

/// <summary>A variable that an operation declares.</summary>
/// <param name="Name">Without the dollar.</param>
/// <param name="Type">As written, without blanks: <c>[ID!]!</c>.</param>
/// <param name="HasDefault">Whether a default value is declared.</param>
/// <param name="Declaration">All of it: <c>$first: Int = 10</c>.</param>
internal sealed record GraphVariable(string Name, string Type, bool HasDefault, string Declaration)
{
    /// <summary>Whether leaving it out is an error.</summary>
    public bool IsRequired => Type.EndsWith('!') && !HasDefault;
}

/// <summary>A selected field.</summary>
/// <param name="Name">As the schema calls it.</param>
/// <param name="Response">As the answer calls it: the alias where there is one.</param>
internal sealed record GraphField(string Name, string Response)
{
    /// <summary>The type of the fragment that it is selected in; null outside of fragments.</summary>
    public string? OnType { get; init; }

    public IReadOnlyList<GraphArgument> Arguments { get; init; } = [];

    /// <summary>What is selected of it; empty for a scalar.</summary>
    public IReadOnlyList<GraphField> Fields { get; init; } = [];

    /// <summary>Whether its text names a fragment that is defined elsewhere.</summary>
    public bool HasSpreads { get; init; }

    /// <summary>Place of the field in the text, with its selection.</summary>
    public Range Place { get; init; }

    /// <summary>Where arguments may be inserted: behind the name, or behind the opening bracket.</summary>
    public int ArgumentsAt { get; init; }

    public GraphField? Child(string response) => Fields.FirstOrDefault(field => field.Response == response);

    /// <summary>Whether a path of names as the answer has them, parted by <c>/</c> or <c>.</c>, is selected below this field.</summary>
    public bool Selects(string path)
    {
        GraphField? field = this;
        foreach (var part in path.Split(['/', '.'])) field = field?.Child(part);
        return field is not null;
    }

    public GraphArgument? Argument(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Arguments.FirstOrDefault(argument => argument.Name == name) is { } found) return found;
        }

        return null;
    }
}

/// <summary>An argument of a field.</summary>
/// <param name="Name">As the schema calls it.</param>
/// <param name="Value">As written: <c>$after</c>, <c>50</c>.</param>
/// <param name="Place">In the text, name and value.</param>
internal sealed record GraphArgument(string Name, string Value, Range Place)
{
    /// <summary>The variable that it takes its value from; null where it has one of its own.</summary>
    public string? Variable => Value.StartsWith('$') ? Value[1..].Trim() : null;
}
