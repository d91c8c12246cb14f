using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>The verb <c>set</c> of what has a connector and its settings: sources, destinations, channels.</summary>
internal static class SetConnection
{
    /// <param name="set">Where they are.</param>
    /// <param name="make">Makes one of its name, connector and settings; the one that is saved already comes first, null for none.</param>
    /// <param name="examples">Whole commands.</param>
    /// <param name="more">Options beside the connector's settings.</param>
    /// <typeparam name="T">What is saved.</typeparam>
    /// <typeparam name="TConnector">The role that the connector must have.</typeparam>
    public static Verb Create<T, TConnector>(
        Func<Home, DefinitionSet<T>> set, Func<Session, T?, string, string, IReadOnlyDictionary<string, string>, T> make, string[] examples, params Option[] more)
        where T : class, IDefinition<T>
        where TConnector : class, IConnector
    {
        var name = DefinitionVerbs<T>.Name();
        var connection = new ConnectionSettings();
        var verb = new Verb("set", $"Creates or changes a {T.Kind}.", examples) { name, connection.Settings, connection.Connector };
        foreach (var option in more) verb.Add(option);
        verb.Explains(connection.Explain<TConnector>);
        verb.Runs(async session =>
        {
            var home = await session.MakeHomeAsync();
            var all = set(home);
            var called = session.Get(name);
            var saved = (await all.ListAsync(session.Stop)).FirstOrDefault(known => known.Name == called);
            var (connector, settings) = await connection.ReadAsync<TConnector>(session, home, $"{T.Kind} \"{called}\"", saved?.Connector, saved?.Settings);
            SavedDefinition.Report(session, T.Kind, called, await all.SaveAsync(make(session, saved, called, connector, settings), session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }
}
