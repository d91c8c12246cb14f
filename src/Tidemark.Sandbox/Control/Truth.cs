using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Control;

/// <summary>What a complete client must end up with. Written as it is made, as it may be gigabytes.</summary>
internal static class Truth
{
    private const int Batch = 1000;

    public static async Task WriteAsync(HttpContext http, RecordStream stream, bool full)
    {
        http.Response.ContentType = "application/json";
        using var json = new JsonBuffer();
        json.Add($$"""{"count":{{stream.Count}},"ids":[""");
        await WriteEachAsync(http, stream, json, entry => WriteId(stream, json, entry));
        if (full)
        {
            json.Raw("],\"records\":["u8);
            await WriteEachAsync(http, stream, json, entry => stream.Write(json, entry, Form.Complete));
        }

        json.Raw("]}"u8);
        await FlushAsync(http, json);
    }

    private static async Task WriteEachAsync(
        HttpContext http, RecordStream stream, JsonBuffer json, Action<RecordEntry> write)
    {
        var range = new RecordRange();
        var isFirst = true;
        while (true)
        {
            var entries = stream.Read(range, Batch);
            foreach (var entry in entries)
            {
                if (!isFirst) json.Raw(","u8);
                isFirst = false;
                write(entry);
            }

            await FlushAsync(http, json);
            if (entries.Count < Batch) return;
            range = range with { Before = entries[^1].Key };
        }
    }

    private static void WriteId(RecordStream stream, JsonBuffer json, RecordEntry entry)
    {
        if (entry.Changed is { } changed) json.Text(changed.Id);
        else stream.Seeded.WriteId(json, entry.Index);
    }

    private static async Task FlushAsync(HttpContext http, JsonBuffer json)
    {
        await http.Response.Body.WriteAsync(json.Written, http.RequestAborted);
        json.Clear();
    }
}
