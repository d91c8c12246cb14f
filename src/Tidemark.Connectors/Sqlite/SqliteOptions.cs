using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Settings of a SQLite destination.</summary>
public sealed record SqliteOptions
{
    [Required, FilePath]
    [Description("Path of the database file; it is made when it is missing, its folder is not.")]
    [Example("data.db")]
    public string Path { get; set; } = "";
}
