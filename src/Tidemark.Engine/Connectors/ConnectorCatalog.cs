using System.Collections.Frozen;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Connectors;

/// <summary>The connectors there are, by name. Made once and handed on; may be read while one is added.</summary>
public sealed class ConnectorCatalog
{
    private readonly Lock _adding = new();
    private volatile FrozenDictionary<string, IConnector> _byName = FrozenDictionary<string, IConnector>.Empty;

    /// <param name="connectors">Each name once.</param>
    public ConnectorCatalog(IEnumerable<IConnector> connectors) =>
        _byName = connectors.ToFrozenDictionary(connector => connector.Spec.Name, StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<IConnector> All =>
        [.. _byName.Values.OrderBy(connector => connector.Spec.Name, StringComparer.Ordinal)];

    /// <summary>The names of the connectors that have a role, in order.</summary>
    public IReadOnlyList<string> Names<TRole>()
        where TRole : IConnector => [.. All.OfType<TRole>().Select(connector => connector.Spec.Name)];

    /// <summary>The connector of this name, if it has the role; else null.</summary>
    public TRole? Find<TRole>(string name)
        where TRole : class, IConnector => _byName.GetValueOrDefault(name) as TRole;

    /// <summary>The connector of this name; null if unknown.</summary>
    public IConnector? Find(string name) => _byName.GetValueOrDefault(name);

    /// <exception cref="TidemarkException"><c>connector.name_taken</c> (configuration).</exception>
    public void Add(IConnector connector)
    {
        lock (_adding)
        {
            if (_byName.ContainsKey(connector.Spec.Name))
            {
                throw new TidemarkException(FailureKind.Configuration, "connector.name_taken",
                    $"There is a connector {connector.Spec.Name} already.")
                {
                    Hint = "Give the new one another name.",
                };
            }

            _byName = _byName.Values.Append(connector).ToFrozenDictionary(each => each.Spec.Name, StringComparer.Ordinal);
        }
    }
}
