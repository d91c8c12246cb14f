namespace Tidemark.Engine.Definitions;

/// <summary>A part of a definition document, whatever it is written in.</summary>
/// <param name="Line">The line that it begins on, from 1.</param>
internal abstract record DefinitionTree(long Line);

/// <summary>A single value.</summary>
/// <param name="Line">The line that it begins on.</param>
/// <param name="Text">The value as text; null for none.</param>
internal sealed record DefinitionScalar(long Line, string? Text) : DefinitionTree(Line);

/// <param name="Line">The line that it begins on.</param>
/// <param name="Items">The items in order.</param>
internal sealed record DefinitionList(long Line, IReadOnlyList<DefinitionTree> Items) : DefinitionTree(Line);

/// <param name="Line">The line that it begins on.</param>
/// <param name="Entries">The entries in order; no two have the same key.</param>
internal sealed record DefinitionMap(long Line, IReadOnlyList<DefinitionEntry> Entries) : DefinitionTree(Line)
{
    /// <summary>The value of a key; null where the key is not there.</summary>
    public DefinitionTree? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <param name="Key">The key.</param>
/// <param name="Line">The line of the key.</param>
/// <param name="Value">The value.</param>
internal sealed record DefinitionEntry(string Key, long Line, DefinitionTree Value);
