using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Faults;

/// <summary>The faults in force at one vendor.</summary>
internal sealed class FaultBoard
{
    private readonly Lock _gate = new();
    private readonly List<ActiveFault> _active = [];

    public void Add(FaultDefinition definition)
    {
        lock (_gate) _active.Add(new(definition));
    }

    public void Clear()
    {
        lock (_gate) _active.Clear();
    }

    public IReadOnlyList<FaultState> Read()
    {
        lock (_gate) return [.. _active.Select(fault => new FaultState(fault.Definition, fault.Matched, fault.Fired))];
    }

    public FiredFaults Fire(string path, PageKind page)
    {
        lock (_gate)
        {
            if (_active.Count == 0) return FiredFaults.None;
            return new([.. _active.Where(fault => fault.Meet(path, page))]);
        }
    }
}

/// <param name="Definition">As it was set.</param>
/// <param name="Matched">Requests that it could have hit.</param>
/// <param name="Fired">Requests that it did hit.</param>
internal sealed record FaultState(FaultDefinition Definition, int Matched, int Fired);
