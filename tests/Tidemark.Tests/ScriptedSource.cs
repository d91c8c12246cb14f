using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Tests;

/// <summary>
/// A source whose pages a test writes down. Its cursor is the number of pages that were read; a reading that came to its
/// end begins anew the next time.
/// </summary>
public class ScriptedSource(params StreamSchema[] streams) : ISource
{
    private const string End = "-1";

    private readonly Dictionary<string, List<string[]>> _pages = [];

    /// <summary>Thrown before this page of this stream is given.</summary>
    public (string Stream, int Page, Exception Error)? Fault { get; set; }

    /// <summary>Awaited before each page is given.</summary>
    public Func<int, Task> BeforePage { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers how many records a stream has.</summary>
    public Func<string, CancellationToken, Task<long?>> Estimate { get; set; } = (_, _) => Task.FromResult<long?>(null);

    public bool Resumes { get; set; } = true;

    /// <summary>What the source says of every record it gives, where it says that parts of them are missing.</summary>
    public string? Unfit { get; set; }

    public bool NeverEnds { get; set; }

    /// <summary>Whether the end of a reading is proven, so that no second one has to agree.</summary>
    public bool IsProven { get; set; } = true;

    /// <summary>What the source says it was not asked for, of what the live rows were.</summary>
    public IReadOnlyList<string>? Unasked { get; set; } = [];

    /// <summary>The cursors that it was last asked to compare so.</summary>
    public (string? Earlier, string Later)? Compared { get; private set; }

    /// <summary>Pages that were asked for since the source was made.</summary>
    public int PagesRead { get; private set; }

    /// <summary>Sets the pages of a stream. A record that begins with <c>-</c> is a deletion.</summary>
    public ScriptedSource With(string stream, params string[][] pages)
    {
        _pages[stream] = [.. pages];
        return this;
    }

    public Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StreamSchema>>(streams);

    public Task<SourceCheck> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(new SourceCheck([], []));

    public Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) => Estimate(stream, cancellationToken);

    public bool CanResume(string stream, Cursor cursor) => Resumes;

    /// <summary>The time by which it is asked for a range of any stream; null where it cannot be.</summary>
    public string? Range { get; set; } = "at";

    public string? RangeOf(string stream) => Range;

    public bool ProvesEnd(string stream, Cursor after) => IsProven;

    public IReadOnlyList<string> Remarks => [];

    public bool ReadsAll(string stream, Cursor from) => false;

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later)
    {
        Compared = (earlier?.Json, later.Json);
        return Unasked;
    }

    public async IAsyncEnumerable<Page> ReadAsync(ReadRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = _pages.GetValueOrDefault(request.Stream.Name) ?? [];
        var at = request.From is { Json: not End } from ? JsonSerializer.Deserialize<int>(from.Json) : 0;
        for (; at < pages.Count; at++)
        {
            await Task.Yield();
            if (Fault is { } fault && fault.Stream == request.Stream.Name && fault.Page == at) throw fault.Error;
            await BeforePage(at);
            PagesRead++;
            yield return PageOf(pages[at], at + 1, Unfit);
        }

        if (NeverEnds) await Task.Delay(Timeout.Infinite, cancellationToken);
        yield return Page.Empty(new Cursor(End));
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    public static Page PageOf(IReadOnlyList<string> records, int after, string? unfit = null)
    {
        var text = new MemoryStream();
        var slices = new List<RecordSlice>();
        foreach (var record in records)
        {
            var isDeletion = record.StartsWith('-');
            var bytes = Encoding.UTF8.GetBytes(isDeletion ? record[1..] : record);
            slices.Add(new RecordSlice((int)text.Position, bytes.Length, isDeletion) { Unfit = unfit });
            text.Write(bytes);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)text.Length + 1);
        text.ToArray().CopyTo(buffer, 0);
        return new Page(buffer, (int)text.Length, slices, new Cursor(JsonSerializer.Serialize(after)));
    }

    public static TidemarkException Broken() => new(FailureKind.Transient, "source.broken", "The source broke off.");
}
