namespace Tidemark.Engine.Settings;

/// <summary>Settings that fit their spec, as values.</summary>
public sealed class BoundSettings
{
    private readonly ConnectorSpec _spec;
    private readonly IReadOnlyDictionary<string, object> _values;
    private readonly object? _record;

    internal BoundSettings(ConnectorSpec spec, IReadOnlyDictionary<string, object> values)
    {
        _spec = spec;
        _values = values;
    }

    private BoundSettings(ConnectorSpec spec, object record)
        : this(spec, new Dictionary<string, object>()) => _record = record;

    /// <summary>Settings that somebody has put into the record already.</summary>
    public static BoundSettings Of<TOptions>(TOptions options)
        where TOptions : class, new() => new(ConnectorSpec.Of<TOptions>("", "", ConnectorRoles.None), options);

    /// <summary>The settings as a record; an option that was not set has the value of its initialiser.</summary>
    public TOptions As<TOptions>()
        where TOptions : class, new()
    {
        if (_record is not null) return (TOptions)_record;
        var options = _spec.Options is { } own && own.Type == typeof(TOptions) ? own : new OptionsRecord(typeof(TOptions));
        return (TOptions)options.Create(_values);
    }

    /// <summary>
    /// One value, its default where it was not set, null where it has none. Its type follows from the kind: string, int,
    /// double, bool, <see cref="TimeSpan"/>, <see cref="DateOnly"/>, <see cref="Uri"/>, a list of strings; of a secret,
    /// <see cref="Secret"/>.
    /// </summary>
    /// <param name="name">A setting of the spec.</param>
    public T? Get<T>(string name)
    {
        if (_values.TryGetValue(name, out var value)) return (T)value;
        var setting = _spec.Find(name) ?? throw new ArgumentException($"{_spec.Name} has no setting {name}.", nameof(name));
        return setting.Default is { } otherwise ? (T?)SettingReader.Read(setting, otherwise, name, out _) : default;
    }
}
