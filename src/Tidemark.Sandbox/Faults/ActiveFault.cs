using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Faults;

/// <summary>A fault in force and its counts. Guarded by the board that holds it.</summary>
internal sealed class ActiveFault(FaultDefinition definition)
{
    private readonly int _times = definition.Times ?? (definition.Fault == FaultKind.Expire ? -1 : 1);

    public FaultDefinition Definition { get; } = definition;

    public FaultKind Kind => Definition.Fault;

    public TimeSpan Pause => TimeSpan.FromMilliseconds(Definition.Milliseconds);

    public int Status => Definition.Status;

    public int? RetryAfter => Definition.RetryAfter;

    public int Matched { get; private set; }

    public int Fired { get; private set; }

    /// <summary>Counts the request if it matches; true when the fault hits it.</summary>
    public bool Meet(string path, PageKind page)
    {
        if (!Matches(path, page)) return false;
        Matched++;
        if (Matched <= Definition.After) return false;
        if ((Matched - Definition.After) % Definition.Every != 0) return false;
        if (_times >= 0 && Fired >= _times) return false;
        Fired++;
        return true;
    }

    private bool Matches(string path, PageKind page) =>
        (Definition.Path is null || path.StartsWith(Definition.Path, StringComparison.Ordinal)) && Kind switch
        {
            FaultKind.RepeatPage => page == PageKind.Later,
            FaultKind.HasMoreLieTrue or FaultKind.HasMoreLieFalse or FaultKind.EmptyPage => page != PageKind.NotAList,
            _ => true,
        };
}
