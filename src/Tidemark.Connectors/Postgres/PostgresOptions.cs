using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Postgres;

/// <summary>Settings of a PostgreSQL destination.</summary>
public sealed record PostgresOptions
{
    [Required, PostgresUrl]
    [Description("Address of the database, as a postgres:// address or in Npgsql's key=value form.")]
    [Example("postgres://user:password@host:5432/database?sslmode=require")]
    public Secret? Url { get; set; }

    [Description("Schema of the tables; it is made when it is missing.")]
    [StringLength(63, MinimumLength = 1), PostgresName]
    public string Schema { get; set; } = "public";

    [Description("Whether Tidemark's own tables (_tidemark_…) have a schema of their own, SCHEMA_tidemark. They are moved when this changes.")]
    public bool OwnSchema { get; set; }

    [Description("Type of new columns for JSON: json keeps it to the letter, jsonb can be indexed and compared. raw is always json.")]
    public PostgresJson Json { get; set; }
}

/// <summary>Type of new columns for JSON.</summary>
public enum PostgresJson
{
    Json,
    Jsonb,
}

/// <summary>Accepts names that PostgreSQL does not cut.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PostgresNameAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is string name && ColumnNames.Mistake(name) is null;

    public override string FormatErrorMessage(string name) =>
        $"The setting {name} is not a name for PostgreSQL: at most {ColumnNames.MaxBytes} bytes of UTF-8, and no control characters.";
}

/// <summary>Accepts what <see cref="PostgresAddress"/> can read.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PostgresUrlAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is string address && PostgresAddress.TryParse(address) is not null;

    public override string FormatErrorMessage(string name) =>
        $"The setting {name} is not an address of a database. {PostgresAddress.Advice}";
}
