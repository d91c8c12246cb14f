using System.CommandLine;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine</c>: the records that could not be written, of all runs.</summary>
internal static class QuarantineVerb
{
    public static Verb Create() => new("quarantine", "Shows records that could not be written, or acts on them.",
        "tidemark quarantine list payments", "tidemark quarantine retry --pipeline payments")
    {
        ListQuarantine.Create(), ShowQuarantine.Create(), RetryQuarantine.Create(), DiscardQuarantine.Create(),
    };

    /// <summary>Which records a verb is about.</summary>
    public static Argument<long[]> Ids(ArgumentArity arity) =>
        new("id") { Description = "Ids of records, as shown by list.", Arity = arity };
}
