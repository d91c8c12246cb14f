using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Tests.Backup;

/// <summary>
/// A bucket called <c>vault</c> that speaks as much of S3 as backups need, over real HTTP: put, get, list, delete and
/// parts, by path. A body must have the SHA-256 that was signed.
/// </summary>
internal sealed class PlayedBucket : IAsyncDisposable
{
    private static readonly XNamespace Words = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new();

    private PlayedBucket(WebApplication server) => _server = server;

    public ConcurrentDictionary<string, (byte[] Bytes, DateTimeOffset At)> Files { get; } = new();

    /// <summary>Answers every request with this status where it is set.</summary>
    public int? Refusal { get; set; }

    /// <summary>What a file is changed to on its way back.</summary>
    public Func<byte[], byte[]> OnTheWayBack { get; set; } = bytes => bytes;

    public Uri Address => new(_server.Urls.Single());

    public static async Task<PlayedBucket> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var bucket = new PlayedBucket(server);
        server.Run(bucket.AnswerAsync);
        await server.StartAsync(cancellationToken);
        return bucket;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var key = request.Path.Value!["/vault".Length..].TrimStart('/');
        var upload = request.Query["uploadId"].ToString();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        if (Refusal is { } refusal || !request.Headers.Authorization.ToString().Contains("Credential=access/", StringComparison.Ordinal))
        {
            await AnswerAsync(context, Refusal ?? 403, new XElement("Error", new XElement("Code", "Refused")));
            return;
        }

        if (request.Method == "PUT")
        {
            if (request.Headers["x-amz-content-sha256"] != Convert.ToHexStringLower(SHA256.HashData(body.ToArray())))
                context.Response.StatusCode = 400;
            else if (upload.Length > 0)
                _uploads[upload][int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = body.ToArray();
            else Files[key] = (body.ToArray(), TimeProvider.System.GetUtcNow());
            context.Response.Headers.ETag = "\"etag\"";
        }
        else if (request.Method == "DELETE")
        {
            if (upload.Length > 0) _uploads.TryRemove(upload, out _);
            else Files.TryRemove(key, out _);
            context.Response.StatusCode = 204;
        }
        else if (request.Method == "POST") await PartsAsync(context, key, upload);
        else if (request.Query.ContainsKey("list-type")) await ListAsync(context);
        else if (Files.TryGetValue(key, out var file)) await context.Response.Body.WriteAsync(OnTheWayBack(file.Bytes));
        else context.Response.StatusCode = 404;
    }

    private async Task PartsAsync(HttpContext context, string key, string upload)
    {
        if (upload.Length == 0)
        {
            var id = Guid.NewGuid().ToString("N");
            _uploads[id] = [];
            await AnswerAsync(context, 200, new XElement(Words + "InitiateMultipartUploadResult", new XElement(Words + "UploadId", id)));
            return;
        }

        _uploads.TryRemove(upload, out var parts);
        Files[key] = ([.. parts!.Values.SelectMany(part => part)], TimeProvider.System.GetUtcNow());
        await AnswerAsync(context, 200, new XElement(Words + "CompleteMultipartUploadResult", new XElement(Words + "Key", key)));
    }

    /// <summary>Two files a page, so that every list has pages.</summary>
    private Task ListAsync(HttpContext context)
    {
        var (prefix, after) = (context.Request.Query["prefix"].ToString(), context.Request.Query["continuation-token"].ToString());
        var left = Files.Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal)
            && string.CompareOrdinal(file.Key, after) > 0).OrderBy(file => file.Key, StringComparer.Ordinal).ToList();
        var page = left.Take(2).ToList();
        return AnswerAsync(context, 200, new XElement(Words + "ListBucketResult",
            new XElement(Words + "IsTruncated", left.Count > page.Count ? "true" : "false"),
            left.Count > page.Count ? new XElement(Words + "NextContinuationToken", page[^1].Key) : null,
            page.Select(file => new XElement(Words + "Contents", new XElement(Words + "Key", file.Key),
                new XElement(Words + "LastModified", file.Value.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
                new XElement(Words + "Size", file.Value.Bytes.Length)))));
    }

    private static async Task AnswerAsync(HttpContext context, int status, XElement answer)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/xml");
        await context.Response.WriteAsync(answer.ToString());
    }
}
