using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.S3;

/// <summary>Settings of a place for files that speaks Amazon's S3.</summary>
public sealed record S3Options
{
    [Required]
    [Description("Bucket that the files are kept in; it must exist.")]
    public string Bucket { get; set; } = "";

    [Description("What the names of the files begin with.")]
    [Example("tidemark/")]
    public string Prefix { get; set; } = "";

    [Description("Address of a server that is not Amazon's; its buckets are called by path.")]
    [Example("https://storage.example.com")]
    public Uri? Endpoint { get; set; }

    [Description("Region of the bucket.")]
    public string Region { get; set; } = "us-east-1";

    [Required]
    [Description("Access key; it needs to put, get, list and delete in the bucket.")]
    public Secret AccessKey { get; set; } = new("");

    [Required]
    [Description("Secret key that belongs to the access key.")]
    public Secret SecretKey { get; set; } = new("");

    [Description("Days that files are kept there, the newest of a pipeline for ever; 0 keeps all.")]
    [Range(0, 36_500)]
    public int KeepDays { get; set; } = 90;

    [Advanced]
    [Description("Whether the server may be on this machine or in a private network, by plain http too.")]
    public bool AllowPrivateNetwork { get; set; }
}
