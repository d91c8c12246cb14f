namespace Tidemark.Engine.Destinations;

/// <summary>What an empty text becomes in a column of numbers, truth values, instants or days.</summary>
public enum EmptyText
{
    /// <summary>Null: many vendors send it for "no value".</summary>
    Null,

    /// <summary>The record waits in quarantine.</summary>
    Quarantine,
}
