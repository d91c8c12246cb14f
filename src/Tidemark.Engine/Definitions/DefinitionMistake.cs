using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>A rule that a definition breaks, whichever door it came through. The door adds its own place: a line, an option.</summary>
/// <param name="Key">The place in the written form, as a JSON pointer without its first slash, e.g.
/// <c>streams/0/columns/id/owner</c>; empty for the whole.</param>
/// <param name="Code">Stable, e.g. <c>definition.invalid_value</c>.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Hint">What to do about it, where that is known.</param>
public sealed record DefinitionMistake(string Key, string Code, string Message, string? Hint = null)
{
    /// <summary>The part of the definition in words, e.g. <c>stream "deals", column id</c>; empty for the whole.</summary>
    public string Part { get; private init; } = "";

    /// <summary>The problem that the mistake is for a definition.</summary>
    /// <param name="subject">E.g. <c>pipeline "payments"</c>.</param>
    public Problem In(string subject) => new(Code, Part.Length == 0 ? subject : $"{subject}, {Part}", Message, Hint) { Key = Key.Length == 0 ? null : Key };

    /// <summary>A value that its key cannot have.</summary>
    internal static DefinitionMistake Invalid(string key, string rule, string? hint = null) =>
        new(key, "definition.invalid_value", $"The key {key.Split('/')[^1]} {rule}", hint);

    /// <summary>The same mistake, seen from the definition around its part.</summary>
    internal DefinitionMistake Within(string key, string part) => this with
    {
        Key = Key.Length == 0 ? key : $"{key}/{Key}",
        Part = Part.Length == 0 ? part : $"{part}, {Part}",
    };

    /// <summary>A name as a step of a key.</summary>
    internal static string Step(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The names that a key's steps stand for, from the outside in.</summary>
    internal IEnumerable<string> Steps() => Key.Length == 0 ? [] : Key.Split('/').Select(step =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
