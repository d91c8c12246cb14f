using System.CommandLine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Transfers;

namespace Tidemark.Commands.Transfers;

/// <summary>Both ends of a transfer, and which tables and rows go.</summary>
internal sealed class TransferOptions
{
    /// <summary>Why these commands ask no server.</summary>
    public const string Reason = "an address is for those who own the machine; a pipeline with the key transfer is synced at a server.";

    public Option<string> From { get; } = new("--from")
    {
        Description = "Database that the rows come from: its address, env:NAME, or the name of a source.",
        HelpName = "URL",
        Required = true,
    };

    public Option<string> To { get; } = new("--to")
    {
        Description = "Database that they go to: its address, env:NAME, or the name of a destination.",
        HelpName = "URL",
        Required = true,
    };

    public Option<string?> Tables { get; } = new("--tables")
    {
        Description = "Only these tables, separated by commas; * stands for any letters. [default: all]",
        HelpName = "NAMES",
    };

    public Option<string?> Exclude { get; } = new("--exclude")
    {
        Description = "All but these tables, separated by commas; * stands for any letters.",
        HelpName = "NAMES",
    };

    public Option<string[]> Where { get; } = new("--where")
    {
        Description = "Only the rows of a table that a condition in SQL is true for, and what belongs to them. May be given again.",
        HelpName = "TABLE=CONDITION",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<bool> NoFollow { get; } = new("--no-follow") { Description = "Let --where hold for its own table alone." };

    public Option<string[]> Mask { get; } = new("--mask")
    {
        Description = "Leave the values of a column at the source: null in their place, or a keyed hash. May be given again.",
        HelpName = "TABLE.COLUMN=null|hash",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<int> Parallel { get; } = new("--parallel")
    {
        Description = "Connections to each database, at most.",
        HelpName = "N",
        DefaultValueFactory = _ => new TransferPolicy().Parallel,
    };

    public void AddTo(Verb verb)
    {
        foreach (var option in new Option[] { From, To, Tables, Exclude, Where, NoFollow, Mask, Parallel }) verb.Add(option);
    }

    /// <summary>What was typed, as a pipeline would say it.</summary>
    public TransferPolicy Read(Session session) => new()
    {
        Tables = CommaList.Of(session.Get(Tables) ?? ""),
        Exclude = CommaList.Of(session.Get(Exclude) ?? ""),
        Where = Pairs(session.Get(Where) ?? [], "--where", "TABLE=CONDITION").ToDictionary(StringComparer.Ordinal),
        Follow = !session.Get(NoFollow),
        Mask = Pairs(session.Get(Mask) ?? [], "--mask", "TABLE.COLUMN=null or =hash").Select(pair => KeyValuePair.Create(pair.Key, MaskOf(pair.Value))).ToDictionary(StringComparer.Ordinal),
        Parallel = session.Get(Parallel),
    };

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string[] typed, string option, string form)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in typed)
        {
            var pair = text.Split('=', 2);
            UsageCheck.Require(pair is [{ Length: > 0 }, { Length: > 0 }], $"Write {option} as {form}.");
            UsageCheck.Require(names.Add(pair[0]), $"{option} names {pair[0]} twice.");
            yield return KeyValuePair.Create(pair[0].Trim(), pair[1].Trim());
        }
    }

    private static ColumnMask MaskOf(string word)
    {
        UsageCheck.Require(word is "null" or "hash", "A mask is null or hash.");
        return word == "hash" ? ColumnMask.Hash : ColumnMask.Null;
    }

    /// <summary>The pipeline between both ends, saved under a name of both, with what was typed.</summary>
    public static async Task<PipelineDefinition> SaveAsync(Session session, Engine.Home home, AddressedPipeline addressed, TransferPolicy policy)
    {
        if (addressed.HasTypedSecret && session.IsInteractive)
            session.Say("Note: a secret is now in your shell's history; env:NAME or file:PATH in its place says where it is.");
        return await addressed.Transferring(policy).SaveAsync(home.Definitions, session.Stop);
    }
}
