using System.Collections.Frozen;
using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors;

/// <summary>Every connector, by name. A new folder with a public <see cref="IConnector"/> is enough.</summary>
public static class ConnectorCatalog
{
    public static readonly FrozenDictionary<string, IConnector> All = typeof(ConnectorCatalog).Assembly
        .GetExportedTypes()
        .Where(type => type.IsAssignableTo(typeof(IConnector)) && !type.IsAbstract)
        .Select(type => (IConnector)Activator.CreateInstance(type)!)
        .ToFrozenDictionary(connector => connector.Name, StringComparer.Ordinal);
}
