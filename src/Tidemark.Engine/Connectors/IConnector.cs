using Tidemark.Engine.Destinations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Connectors;

/// <summary>
/// A kind of system that Tidemark can talk to. Compiled ones are found in the connectors' assembly and need no registration;
/// others are added to a <see cref="ConnectorCatalog"/>.
/// </summary>
public interface IConnector
{
    /// <summary>Its name and its settings. The same at every call.</summary>
    ConnectorSpec Spec { get; }
}

/// <summary>What a source may be: a system that records are read from, or a database whose tables are transferred.</summary>
public interface IOriginConnector : IConnector;

/// <summary>A system that records are read from.</summary>
public interface ISourceConnector : IOriginConnector
{
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    /// <param name="clock">Where "now" comes from.</param>
    ISource OpenSource(BoundSettings settings, TimeProvider clock);
}

/// <summary>What a destination may be: a database for rows, or a storage for files.</summary>
public interface IEndConnector : IConnector;

/// <summary>A system that rows are written to.</summary>
public interface IDestinationConnector : IEndConnector
{
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    /// <param name="clock">Where "now" comes from.</param>
    IDestination OpenDestination(BoundSettings settings, TimeProvider clock);

    /// <summary>The settings that an address such as <c>postgres://…</c> stands for; null for an address of another kind.</summary>
    IReadOnlyDictionary<string, string>? SettingsOf(string address) => null;
}
