namespace Tidemark.Sandbox.Faults;

/// <summary>The faults that hit one request.</summary>
internal readonly record struct FiredFaults(IReadOnlyList<ActiveFault> All)
{
    public static readonly FiredFaults None = new([]);

    public ActiveFault? Find(FaultKind kind)
    {
        foreach (var fault in All)
        {
            if (fault.Kind == kind) return fault;
        }

        return null;
    }

    public bool Has(FaultKind kind) => Find(kind) is not null;
}
