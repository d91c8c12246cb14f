namespace Tidemark.Engine.Settings;

/// <summary>A value that is never shown: it prints as <c>***</c> wherever it is formatted.</summary>
public sealed class Secret(string value)
{
    /// <summary>The value itself, for the one place that sends it.</summary>
    public string Reveal() => value;

    public override string ToString() => "***";
}
