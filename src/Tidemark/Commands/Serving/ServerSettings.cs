using Tidemark.Engine.Definitions;
using Tidemark.Server;

namespace Tidemark.Commands.Serving;

/// <summary>The settings of the server of this home, as they stand in flags, variables and the file.</summary>
internal static class ServerSettings
{
    /// <summary>The variable that names the file with settings.</summary>
    public static readonly string FileVariable = ServerOptions.VariableOf("config");

    /// <param name="session">The command.</param>
    /// <param name="given">Flags that were given, by the settings' names.</param>
    /// <param name="file">The file; null for the one that the variable names, where it names one.</param>
    /// <exception cref="Engine.Errors.TidemarkException">Everything that is wrong with them (configuration).</exception>
    public static async Task<ServerOptions> ReadAsync(Session session, IReadOnlyDictionary<string, string> given, string? file = null) =>
        ServerOptions.Read(given, session.Variable, await InFileAsync(session, file));

    /// <summary>The settings by which the server is reached, for verbs that tell people where.</summary>
    public static Task<ServerOptions> ReadAsync(Session session) => ReadAsync(session, new Dictionary<string, string>());

    /// <summary>The address under which people reach it; the other settings may be wrong. Null where nobody said.</summary>
    public static async Task<Uri?> PublicAddressAsync(Session session)
    {
        const string name = "public_address";
        var file = (await InFileAsync(session, file: null))?.Where(setting => setting.Key == name).ToDictionary(StringComparer.Ordinal);
        return ServerOptions.Read(new Dictionary<string, string>(), asked => asked == ServerOptions.VariableOf(name) ? session.Variable(asked) : null, file).PublicAddress;
    }

    private static async Task<IReadOnlyDictionary<string, string>?> InFileAsync(Session session, string? file) =>
        (file ?? session.Variable(FileVariable)) is { } path ? await SettingsFile.ReadAsync(path, session.Stop) : null;
}
