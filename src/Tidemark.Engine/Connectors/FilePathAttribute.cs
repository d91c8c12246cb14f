namespace Tidemark.Engine.Connectors;

/// <summary>
/// Marks an option that is the path of a file. It is saved as an absolute one, below the folder in which it was said: a
/// later command is given elsewhere, and means the same file.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;
