using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors;

/// <summary>The connectors of this assembly. A new folder with a public <see cref="IConnector"/> is enough.</summary>
public static class CompiledConnectors
{
    /// <summary>A new catalog with all of them; more may be added to it.</summary>
    public static ConnectorCatalog Catalog() => new(typeof(CompiledConnectors).Assembly.GetExportedTypes()
        .Where(type => type.IsAssignableTo(typeof(IConnector)) && !type.IsAbstract)
        .Select(type => (IConnector)Activator.CreateInstance(type)!));
}
