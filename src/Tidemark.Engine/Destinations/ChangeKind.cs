namespace Tidemark.Engine.Destinations;

/// <summary>What publishing would do to a row.</summary>
public enum ChangeKind
{
    Add,
    Update,
    Delete,
}
