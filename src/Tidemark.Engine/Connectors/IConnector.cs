using Tidemark.Engine.Destinations;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Connectors;

/// <summary>A kind of system that Tidemark can talk to. Found in the connectors' assembly; needs no registration.</summary>
public interface IConnector
{
    /// <summary>Name as written in a definition, e.g. <c>stripe</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The record of its settings: names, defaults, limits and which are secret. Draws forms and docs, and is bound by
    /// <see cref="SettingsBinder"/>.
    /// </summary>
    Type Options { get; }
}

/// <summary>A system that records are read from.</summary>
public interface ISourceConnector : IConnector
{
    /// <param name="options">An instance of <see cref="IConnector.Options"/>.</param>
    /// <param name="clock">Where "now" comes from.</param>
    ISource OpenSource(object options, TimeProvider clock);
}

/// <summary>What a destination may be: a database for rows, or a storage for files.</summary>
public interface IEndConnector : IConnector;

/// <summary>A system that rows are written to.</summary>
public interface IDestinationConnector : IEndConnector
{
    /// <param name="options">An instance of <see cref="IConnector.Options"/>.</param>
    /// <param name="clock">Where "now" comes from.</param>
    IDestination OpenDestination(object options, TimeProvider clock);

    /// <summary>The settings that an address such as <c>postgres://…</c> stands for; null for one that is not of this kind.</summary>
    IReadOnlyDictionary<string, string>? SettingsOf(string address) => null;
}
