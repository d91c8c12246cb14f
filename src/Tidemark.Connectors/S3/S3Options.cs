using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors.S3;

/// <summary>Settings of a place for files that speaks Amazon's S3.</summary>
public sealed record S3Options
{
    [Required]
    [Description("Bucket; it must exist.")]
    public string Bucket { get; set; } = "";

    [Description("What names begin with, e.g. tidemark/. Default nothing.")]
    public string Prefix { get; set; } = "";

    [Description("Address of a server that is not Amazon's, e.g. https://storage.example.com. Default Amazon's.")]
    public Uri? Endpoint { get; set; }

    [Description("Region. Default us-east-1.")]
    public string Region { get; set; } = "us-east-1";

    [Required]
    [Description("Access key; it needs to put, get, list and delete in the bucket.")]
    public Secret AccessKey { get; set; } = new("");

    [Required]
    [Description("Secret key.")]
    public Secret SecretKey { get; set; } = new("");

    [Description("Days that files are kept there, the newest of a pipeline for ever; 0 keeps all. Default 90.")]
    [Range(0, 36_500)]
    public int KeepDays { get; set; } = 90;

    [Description("Whether the server may be on this machine or in a private network. Default false.")]
    public bool AllowPrivateNetwork { get; set; }
}
