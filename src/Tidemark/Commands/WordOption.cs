using System.CommandLine;
using Tidemark.Engine.Json;

namespace Tidemark.Commands;

/// <summary>A value that must be said. The parser would take the word after a bool option for something else.</summary>
internal enum Truth
{
    False,
    True,
}

/// <summary>Options whose value is one of a few words.</summary>
internal static class WordOption
{
    /// <summary>Values of an enum, in snake_case.</summary>
    /// <param name="name">As typed.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="some">Those that may be chosen; none for all.</param>
    public static Option<T> Of<T>(string name, string description, params T[] some)
        where T : struct, Enum
    {
        var values = some.Length > 0 ? some : Enum.GetValues<T>();
        return new(name)
        {
            Description = description,
            HelpName = string.Join('|', values.Select(value => EnumWord.Of(value))),
            CustomParser = result =>
            {
                var typed = result.Tokens[0].Value;
                foreach (var value in values.Where(value => EnumWord.Of(value) == typed)) return value;
                result.AddError($"{name} is {string.Join(" or ", values.Select(value => EnumWord.Of(value)))}, not {typed}.");
                return default;
            },
        };
    }
}
