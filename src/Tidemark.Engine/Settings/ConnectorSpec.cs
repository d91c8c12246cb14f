namespace Tidemark.Engine.Settings;

/// <summary>What a connector is for.</summary>
[Flags]
public enum ConnectorRoles
{
    None = 0,

    /// <summary>Records are read from it.</summary>
    Source = 1,

    /// <summary>Rows are written to it.</summary>
    Destination = 2,

    /// <summary>Files are kept in it.</summary>
    Storage = 4,

    /// <summary>Values can be written back into its records.</summary>
    WriteBack = 8,

    /// <summary>Messages are sent to it.</summary>
    Channel = 16,

    /// <summary>Whole tables are transferred from it and to it.</summary>
    Transfer = 32,
}

/// <summary>A connector as data: everything that forms, docs and the binder need to know of it.</summary>
/// <param name="Name">As written in a definition, e.g. <c>zoho</c>.</param>
/// <param name="Title">As people call it, e.g. <c>Zoho CRM</c>.</param>
/// <param name="Settings">Each name once.</param>
public sealed record ConnectorSpec(string Name, string Title, IReadOnlyList<Setting> Settings)
{
    public ConnectorRoles Roles { get; init; }

    /// <summary>The vendor's own documentation; null where there is no single one.</summary>
    public Uri? Docs { get; init; }

    /// <summary>The record that the settings were derived from; null where they were written as data.</summary>
    internal OptionsRecord? Options { get; init; }

    /// <summary>
    /// A spec whose settings are the properties of a record: the type gives the kind and the choices, the initialiser the
    /// default, attributes the rest.
    /// </summary>
    /// <typeparam name="TOptions">What <see cref="BoundSettings.As"/> is asked for when the connector opens.</typeparam>
    public static ConnectorSpec Of<TOptions>(string name, string title, ConnectorRoles roles)
        where TOptions : class, new()
    {
        var options = new OptionsRecord(typeof(TOptions));
        return new(name, title, options.Settings) { Roles = roles, Options = options };
    }

    /// <summary>The setting of this name; null if unknown.</summary>
    public Setting? Find(string name) => Settings.FirstOrDefault(setting => setting.Name == name);
}
