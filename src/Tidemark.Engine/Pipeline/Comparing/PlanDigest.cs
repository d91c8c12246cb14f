using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>
/// The end of a plan's file: <c>,"file_digest":"…"}</c>, the SHA-256 of every byte before it and of the brace that it stands
/// in front of. A plan that somebody has edited, or that lacks a line, is not the one that was looked at.
/// </summary>
internal static class PlanDigest
{
    // The last line has a few samples a stream.
    private const int MaxBytes = 64 * 1024 * 1024;
    private const string Start = ",\"file_digest\":\"";
    private const string End = "\"}";

    private static readonly int Length = Start.Length + (2 * SHA256.HashSizeInBytes) + End.Length;

    /// <summary>The last line with the digest in it.</summary>
    /// <param name="line">A JSON object, the last of what was summed up.</param>
    /// <param name="sum">SHA-256 of the file up to the end of <paramref name="line"/>.</param>
    public static byte[] Seal(ReadOnlySpan<byte> line, byte[] sum) => [.. line[..^1], .. Encoding.ASCII.GetBytes(Text(sum)), (byte)'\n'];

    /// <summary>The last line of a plan's file without its digest, which fits.</summary>
    /// <exception cref="TidemarkException"><c>plan.altered</c>, <c>plan.without_digest</c> (usage).</exception>
    public static async Task<byte[]> LastLineAsync(FileStream file, string path, CancellationToken cancellationToken)
    {
        var end = new byte[Math.Min(file.Length, MaxBytes)];
        file.Position = file.Length - end.Length;
        await file.ReadExactlyAsync(end, cancellationToken);
        var text = end.AsSpan().TrimEnd("\r\n"u8);
        var line = text[(text.LastIndexOf((byte)'\n') + 1)..].ToArray();
        if (line.Length < Length || !line.AsSpan(line.Length - Length).StartsWith(Encoding.ASCII.GetBytes(Start)))
        {
            JsonDocument.Parse(line).Dispose(); // or it is no plan at all
            throw Refused("plan.without_digest", $"{path} has no digest of itself: an older version made it, or somebody has changed it.");
        }

        byte[] body = [.. line[..^Length], (byte)'}'];
        var before = text.Length - line.Length + (file.Length - end.Length);
        var sum = await SumAsync(file, before, body, cancellationToken);
        return line.AsSpan(body.Length - 1).SequenceEqual(Encoding.ASCII.GetBytes(Text(sum))) ? body
            : throw Refused("plan.altered", $"{path} is not the plan that was made: somebody has changed it, or a part of it is missing.");
    }

    public static TidemarkException Refused(string code, string message, Exception? cause = null) =>
        new(FailureKind.Usage, code, message, cause)
        {
            Hint = "Nothing was carried out. Make the plan again, by a dry run that saves it, and look at it.",
            Next = new(NextAct.MakePlan),
        };

    private static async Task<byte[]> SumAsync(FileStream file, long before, byte[] body, CancellationToken cancellationToken)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[128 * 1024];
        file.Position = 0;
        while (before > 0)
        {
            var read = await file.ReadAsync(block.AsMemory(0, (int)Math.Min(block.Length, before)), cancellationToken);
            if (read == 0) break;
            sum.AppendData(block.AsSpan(0, read));
            before -= read;
        }

        sum.AppendData(body);
        return sum.GetHashAndReset();
    }

    private static string Text(byte[] sum) => Start + Convert.ToHexStringLower(sum) + End;
}
