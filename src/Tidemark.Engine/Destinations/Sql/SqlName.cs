using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// A table or column name that prints itself quoted. It is the only way in which a name gets into SQL text; values
/// get there as parameters.
/// </summary>
/// <param name="Schema">Schema, or null where none is wanted.</param>
/// <param name="Name">Any name, e.g. <c>"; drop table</c>.</param>
public readonly record struct SqlName(string? Schema, string Name)
{
    public static SqlName Column(string name) => new(null, name);

    public override string ToString() => Schema is null ? Quote(Name) : $"{Quote(Schema)}.{Quote(Name)}";

    /// <summary>The same schema's table of another name.</summary>
    public SqlName Beside(string name) => this with { Name = name };

    private static string Quote(string name) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)
            ? throw new TidemarkException(
                FailureKind.Configuration, "name.invalid", "A table or column name is empty or has a NUL in it.")
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
