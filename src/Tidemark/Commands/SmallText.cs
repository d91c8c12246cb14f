using System.Text;

namespace Tidemark.Commands;

/// <summary>Reads text that somebody typed or saved. A device or a pipe may have no end: only a beginning is kept.</summary>
internal static class SmallText
{
    /// <summary>The first letters of a file. Waits for the writer of a pipe, until the token stops it.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="maxLetters">The letters that are read at most.</param>
    /// <param name="stop">Stops the wait and the reading.</param>
    public static async Task<string> ReadAsync(string file, int maxLetters, CancellationToken stop)
    {
        // Opening a pipe blocks its thread until somebody writes; no token reaches it there.
        await using var bytes = await Task.Run(() => File.OpenRead(file), stop).WaitAsync(stop);
        using var reader = new StreamReader(bytes);
        return await ReadAsync(reader, maxLetters, stop);
    }

    /// <summary>The first letters of what a reader gives.</summary>
    public static async Task<string> ReadAsync(TextReader reader, int maxLetters, CancellationToken stop)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        while (text.Length < maxLetters)
        {
            var wanted = buffer.AsMemory(0, Math.Min(buffer.Length, maxLetters - text.Length));
            var read = await reader.ReadAsync(wanted, stop).AsTask().WaitAsync(stop);
            if (read == 0) break;
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
