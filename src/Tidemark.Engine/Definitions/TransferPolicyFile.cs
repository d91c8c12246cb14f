using System.Globalization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Transfers;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>The key <c>transfer</c> of a pipeline in a definition file.</summary>
internal static class TransferPolicyFile
{
    internal static readonly string[] Keys = ["apply", "tables", "exclude", "where", "follow", "mask", "triggers", "confirm", "parallel"];

    /// <summary>Null where the pipeline has no such key.</summary>
    public static TransferPolicy? Read(DefinitionNode pipeline)
    {
        if (pipeline.Inner("transfer", Keys) is not { } node) return null;
        var usual = new TransferPolicy();
        return usual with
        {
            Apply = node.Word("apply", usual.Apply),
            Tables = node.Texts("tables"),
            Exclude = node.Texts("exclude"),
            Where = Map(node, "where", (_, text) => text),
            Follow = node.Flag("follow", usual.Follow),
            Mask = Map(node, "mask", (at, text) => Mask(node, at, text)),
            Triggers = node.Word("triggers", usual.Triggers),
            Confirm = node.Text("confirm"),
            Parallel = node.Whole("parallel", usual.Parallel),
        };
    }

    public static void Write(Emitter yaml, TransferPolicy? policy)
    {
        if (policy is null) return;
        var usual = new TransferPolicy();
        yaml.Emit(DefinitionWriter.Scalar("transfer"));
        yaml.Emit(new MappingStart());
        DefinitionWriter.Write(yaml, "apply", EnumWord.Of(policy.Apply));
        AlertFile.WriteList(yaml, "tables", policy.Tables);
        AlertFile.WriteList(yaml, "exclude", policy.Exclude);
        WriteMap(yaml, "where", policy.Where.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
        if (policy.Follow != usual.Follow) DefinitionWriter.Write(yaml, "follow", policy.Follow ? "true" : "false");
        WriteMap(yaml, "mask", policy.Mask.Select(entry => KeyValuePair.Create(entry.Key, EnumWord.Of(entry.Value))));
        if (policy.Triggers != usual.Triggers) DefinitionWriter.Write(yaml, "triggers", EnumWord.Of(policy.Triggers));
        if (policy.Confirm is { } confirm) DefinitionWriter.Write(yaml, "confirm", confirm);
        if (policy.Parallel != usual.Parallel) DefinitionWriter.Write(yaml, "parallel", policy.Parallel.ToString(CultureInfo.InvariantCulture));
        yaml.Emit(new MappingEnd());
    }

    private static Dictionary<string, T> Map<T>(DefinitionNode node, string key, Func<DefinitionTree, string?, T?> read)
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, _, value) in node.Entries(key))
        {
            if (value is not DefinitionScalar scalar) node.Invalid(value, $"{key}/{name}", "is a single value.");
            else if (read(value, scalar.Text) is { } known) map[name] = known;
            else if (typeof(T) == typeof(string)) node.Invalid(value, $"{key}/{name}", "is a condition.");
        }

        return map;
    }

    // A null that is not in quotes is the word all the same.
    private static ColumnMask Mask(DefinitionNode node, DefinitionTree at, string? text)
    {
        if (text is null or "null") return ColumnMask.Null;
        if (text != "hash") node.Invalid(at, "mask", "has words among hash, null.");
        return ColumnMask.Hash;
    }

    private static void WriteMap(Emitter yaml, string key, IEnumerable<KeyValuePair<string, string>> entries)
    {
        var all = entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        if (all.Count == 0) return;
        yaml.Emit(DefinitionWriter.Scalar(key));
        yaml.Emit(new MappingStart());
        foreach (var (name, value) in all) DefinitionWriter.Write(yaml, name, value);
        yaml.Emit(new MappingEnd());
    }
}
