using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors.S3;

/// <summary>Amazon S3, and what speaks like it, as a place for backups.</summary>
public sealed class S3Connector : IStorageConnector
{
    public string Name => "s3";

    Type IConnector.Options => typeof(S3Options);

    public IFileStorage OpenStorage(object options) => new S3Storage((S3Options)options);
}
