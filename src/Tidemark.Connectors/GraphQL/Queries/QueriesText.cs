using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>Reads the setting <c>queries</c>: YAML or JSON, in place or as the path of a file.</summary>
internal static class QueriesText
{
    private const int MaxLetters = 1 << 20;
    private const int MaxBytes = 4 * MaxLetters;
    private const int MaxDepth = 16;

    private static readonly string[] FileEndings = [".yaml", ".yml", ".json"];

    /// <summary>Definitions by name, not looked into yet.</summary>
    /// <exception cref="TidemarkException">
    /// Configuration <c>graphql.queries_file</c>, <c>graphql.queries_malformed</c>.
    /// </exception>
    public static IReadOnlyList<KeyValuePair<string, JsonObject>> Read(string setting)
    {
        var text = IsFile(setting) ? ReadFile(setting.Trim()) : setting;
        if (text.Length > MaxLetters) throw Malformed("it is longer than a million letters");
        return [.. Entries(Parse(text))];
    }

    /// <summary>The text of a file that a setting names.</summary>
    /// <exception cref="TidemarkException">Configuration <c>graphql.queries_file</c>.</exception>
    public static string ReadFile(string path)
    {
        try
        {
            RegularFile.RequireRegular(RegularFile.KindBehind(path), path);
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes) throw new IOException($"it has more than {MaxBytes} bytes.");
            using var text = new StreamReader(file);
            return text.ReadToEnd();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "graphql.queries_file",
                $"The file {path} cannot be read: {unreadable.Message}", unreadable)
            {
                Hint = "Give the path as the process sees it, or put the text itself into the setting.",
            };
        }
    }

    private static bool IsFile(string setting) =>
        !setting.Trim().Contains('\n', StringComparison.Ordinal)
        && FileEndings.Any(ending => setting.Trim().EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<KeyValuePair<string, JsonObject>> Entries(JsonNode? root)
    {
        var entries = root switch
        {
            JsonObject byName => byName.Select(entry => (Name: entry.Key, entry.Value)),
            JsonArray list =>
                list.Select(entry => (Name: (string?)((entry as JsonObject)?["name"]) ?? "", Value: entry)),
            _ => throw Malformed("a mapping from names to queries is expected"),
        };
        foreach (var (name, value) in entries.ToList())
        {
            yield return new(name, value switch
            {
                JsonObject whole => whole,
                // A query alone is enough where its arguments say the rest.
                JsonValue text => new JsonObject { ["query"] = text.DeepClone() },
                _ => throw Malformed($"{name} is neither a query nor a mapping"),
            });
        }
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.AsSpan().TrimStart() is ['{' or '[', ..] ? JsonNode.Parse(text) : FromYaml(text);
        }
        catch (JsonException wrong)
        {
            throw Malformed(wrong.Message, wrong);
        }
        catch (YamlException wrong)
        {
            throw Malformed(string.Create(CultureInfo.InvariantCulture,
                $"line {wrong.Start.Line}: {wrong.InnerException?.Message ?? wrong.Message}"), wrong);
        }
    }

    private static JsonNode? FromYaml(string text)
    {
        RefuseTricks(text);
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 1 ? Node(stream.Documents[0].RootNode)
            : throw Malformed("one document is expected");
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            child => KeyValuePair.Create((child.Key as YamlScalarNode)?.Value ?? "", Node(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Scalar(plain.Value ?? ""),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => null,
    };

    private static JsonValue? Scalar(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
            JsonValue.Create(whole),
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    /// <summary>Aliases could make a short text endless, and nodes are built by recursion.</summary>
    private static void RefuseTricks(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth) throw Malformed("it is nested too deep");
            if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
                throw Malformed("anchors and aliases are not taken");
        }
    }

    private static TidemarkException Malformed(string what, Exception? cause = null) =>
        new(FailureKind.Configuration, "graphql.queries_malformed",
            $"The setting queries is not understood: {what.TrimEnd('.')}.", cause)
        {
            Hint = "It is YAML or JSON: a name for each stream, and under it the query; or the path of such a file.",
        };
}
