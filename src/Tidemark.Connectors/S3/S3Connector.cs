using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.S3;

/// <summary>Amazon S3, and what speaks like it, as a place for backups.</summary>
public sealed class S3Connector : IStorageConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<S3Options>("s3", "Amazon S3", ConnectorRoles.Storage) with
    {
        Docs = new Uri("https://docs.aws.amazon.com/AmazonS3/latest/API/"),
    };

    public IFileStorage OpenStorage(BoundSettings settings) => new S3Storage(settings.As<S3Options>());
}
