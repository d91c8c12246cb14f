namespace Tidemark.Engine.Settings;

/// <summary>What a setting's value is. Settings are saved and sent as text; the kind says which text is a value.</summary>
public enum SettingKind
{
    /// <summary>Any text. <see cref="Setting.Min"/> and <see cref="Setting.Max"/> bound its length in characters.</summary>
    Text,

    /// <summary>A whole number of 32 bits.</summary>
    Whole,

    /// <summary>A finite number, with a point.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>A duration in whole seconds.</summary>
    Seconds,

    /// <summary>A day such as <c>2024-01-31</c>.</summary>
    Day,

    /// <summary>An address that begins with http:// or https:// and holds no user or password.</summary>
    Address,

    /// <summary>One of <see cref="Setting.Choices"/>.</summary>
    Choice,

    /// <summary>Texts, separated by commas; each one of <see cref="Setting.Choices"/>, if there are choices.</summary>
    List,

    /// <summary>Path of a file. It is saved as an absolute one, so that every later command means the same file.</summary>
    File,
}
