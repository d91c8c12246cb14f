using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.S3;

/// <summary>A bucket. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html.</summary>
internal sealed class S3Storage(S3Options options, long partBytes = S3Storage.PartBytes) : IFileStorage
{
    // A part that fails is all that is sent again; 10,000 parts, the most there may be, are 640 GB.
    public const long PartBytes = 64 * 1024 * 1024;

    private readonly AmazonS3Client _client = new(
        new BasicAWSCredentials(options.AccessKey.Reveal(), options.SecretKey.Reveal()), Config(options));

    public int KeepDays => options.KeepDays;

    public Task UploadAsync(string path, string name, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length <= partBytes) await PutAsync(file, name, cancellationToken);
        else await PutInPartsAsync(path, file.Length, name, cancellationToken);
        file.Position = 0;
        var sent = await SHA256.HashDataAsync(file, cancellationToken);
        using var back = await _client.GetObjectAsync(options.Bucket, Key(name), cancellationToken);
        var received = await SHA256.HashDataAsync(back.ResponseStream, cancellationToken);
        if (received.AsSpan().SequenceEqual(sent)) return true;
        throw new TidemarkException(FailureKind.Upstream, "s3.not_as_sent", $"{name} does not come back as it was sent.");
    });

    public Task<IReadOnlyList<FileInStorage>> ListAsync(string beginning, CancellationToken cancellationToken) =>
        ExplainedAsync<IReadOnlyList<FileInStorage>>(async () =>
        {
            var found = new List<FileInStorage>();
            var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = Key(beginning) };
            ListObjectsV2Response page;
            do
            {
                page = await _client.ListObjectsV2Async(request, cancellationToken);
                found.AddRange((page.S3Objects ?? []).Select(file => new FileInStorage(
                    file.Key[options.Prefix.Length..], file.LastModified?.ToUniversalTime() ?? DateTimeOffset.MaxValue)));
                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);

            return found;
        });

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => ExplainedAsync(() =>
        _client.DeleteObjectAsync(options.Bucket, Key(name), cancellationToken));

    public void Dispose() => _client.Dispose();

    private static AmazonS3Config Config(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            // Servers that are not Amazon's know neither the newer checksums nor buckets as host names.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new GuardedHttp(options.AllowPrivateNetwork),
        };
        if (options.Endpoint is { } endpoint) (config.ServiceURL, config.ForcePathStyle) = (endpoint.ToString(), true);
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        return config;
    }

    private Task<PutObjectResponse> PutAsync(Stream file, string name, CancellationToken cancellationToken) =>
        _client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = Key(name),
                InputStream = file,
                AutoCloseStream = false,
                UseChunkEncoding = false,
            },
            cancellationToken);

    private async Task PutInPartsAsync(string path, long length, string name, CancellationToken cancellationToken)
    {
        var upload = await _client.InitiateMultipartUploadAsync(options.Bucket, Key(name), cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            for (var at = 0L; at < length; at += partBytes)
            {
                var sent = await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = options.Bucket,
                        Key = Key(name),
                        UploadId = upload.UploadId,
                        PartNumber = parts.Count + 1,
                        FilePath = path,
                        FilePosition = at,
                        PartSize = Math.Min(partBytes, length - at),
                        UseChunkEncoding = false,
                    },
                    cancellationToken);
                parts.Add(new PartETag(parts.Count + 1, sent.ETag));
            }

            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = options.Bucket,
                    Key = Key(name),
                    UploadId = upload.UploadId,
                    PartETags = parts,
                },
                cancellationToken);
        }
        catch
        {
            // Parts of an upload that never ends are kept, and paid for, until somebody says this.
            await _client.AbortMultipartUploadAsync(options.Bucket, Key(name), upload.UploadId, CancellationToken.None);
            throw;
        }
    }

    private string Key(string name) => options.Prefix + name;

    private async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (AmazonServiceException refused) when (refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "s3.permission", $"The bucket {options.Bucket} refuses the keys ({refused.ErrorCode}).", refused)
            {
                Hint = "The keys need to put, get, list and delete in it.",
            };
        }
        catch (AmazonServiceException refused) when (refused.StatusCode == HttpStatusCode.NotFound)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "s3.not_found", $"The bucket {options.Bucket} is not there ({refused.ErrorCode}).", refused);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new TidemarkException(
                FailureKind.Transient, "s3.failed", $"The bucket {options.Bucket} cannot be used: {failure.GetBaseException().Message}", failure);
        }
    }

    /// <summary>Connects only to where a setting may point.</summary>
    private sealed class GuardedHttp(bool allowsPrivateNetwork) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(GuardedHandler.Create(maxConnections: 4, allowsPrivateNetwork)) { Timeout = Timeout.InfiniteTimeSpan };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => true;
    }
}
