using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors.Postgres;

/// <summary>Settings of a PostgreSQL destination.</summary>
public sealed record PostgresOptions
{
    [Required]
    [Description("Address: postgres://user:password@host:5432/database, or Npgsql's key=value form.")]
    public Secret? Url { get; set; }

    [Description("Schema of the tables; made when it is missing. Default public.")]
    [StringLength(63, MinimumLength = 1)]
    public string Schema { get; set; } = "public";
}
