using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;

namespace Tidemark.Commands.Definitions;

/// <summary>The verb <c>set</c> of what has a connector and its settings: sources, destinations, channels.</summary>
internal static class SetConnection
{
    /// <param name="shared">What they have in common.</param>
    /// <param name="connector">The connector of one.</param>
    /// <param name="examples">Whole commands.</param>
    /// <param name="add">Adds what was typed beside the connector's settings; null for nothing.</param>
    /// <param name="more">Options beside the connector's settings.</param>
    /// <typeparam name="T">What is saved.</typeparam>
    /// <typeparam name="TAnswer">As every door shows it.</typeparam>
    /// <typeparam name="TConnector">The role that the connector must have.</typeparam>
    public static Verb Create<T, TAnswer, TConnector>(
        DefinitionVerbs<T, TAnswer> shared, Func<TAnswer, string> connector, string[] examples, Action<Session, JsonObject>? add = null, params Option[] more)
        where T : class, IDefinition<T>
        where TAnswer : class
        where TConnector : class, IConnector
    {
        var name = DefinitionVerbs<T, TAnswer>.Name();
        var connection = new ConnectionSettings();
        var verb = new Verb("set", $"Creates or changes a {T.Kind}.", examples) { name, connection.Settings, connection.Connector };
        foreach (var option in more) verb.Add(option);
        verb.Explains(connection.Explain<TConnector>);
        verb.Runs(async session =>
        {
            var saved = await shared.FindOrDefaultAsync(session, session.Get(name));
            var changes = await connection.ReadAsync<TConnector>(session, saved is null ? null : connector(saved));
            add?.Invoke(session, changes);
            return await shared.ChangeAsync(session, session.Get(name), changes);
        });
        return verb;
    }
}
