namespace Tidemark.Connectors.Postgres;

/// <summary>How values of a type are written.</summary>
internal enum PostgresForm
{
    /// <summary>A type that no field fills.</summary>
    Other,
    Text,

    /// <summary>Text up to a length.</summary>
    LimitedText,

    /// <summary>Text that is filled up with spaces, so that those at its end say nothing.</summary>
    PaddedText,
    Label,
    Uuid,
    Int2,
    Int4,
    Int8,
    Numeric,
    Float4,
    Float8,
    Boolean,
    Date,
    Instant,

    /// <summary>A date and a time of day without a zone; what is written there is UTC.</summary>
    LocalTime,
    Json,
    Jsonb,
}

/// <summary>Forms by the names that types have in the catalog.</summary>
internal static class PostgresForms
{
    public static PostgresForm Of(string type, bool isEnumeration) => isEnumeration ? PostgresForm.Label : type switch
    {
        "text" or "citext" => PostgresForm.Text,
        "varchar" => PostgresForm.LimitedText,
        "bpchar" => PostgresForm.PaddedText,
        "uuid" => PostgresForm.Uuid,
        "int2" => PostgresForm.Int2,
        "int4" => PostgresForm.Int4,
        "int8" => PostgresForm.Int8,
        "numeric" => PostgresForm.Numeric,
        "float4" => PostgresForm.Float4,
        "float8" => PostgresForm.Float8,
        "bool" => PostgresForm.Boolean,
        "date" => PostgresForm.Date,
        "timestamptz" => PostgresForm.Instant,
        "timestamp" => PostgresForm.LocalTime,
        "json" => PostgresForm.Json,
        "jsonb" => PostgresForm.Jsonb,
        _ => PostgresForm.Other,
    };
}
