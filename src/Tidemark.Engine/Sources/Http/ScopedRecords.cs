using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Says in each record of a page what it was listed for.</summary>
internal static class ScopedRecords
{
    /// <summary>The page's records with one more property, at their beginning. Takes the page over.</summary>
    public static HttpPage Mark(HttpPage page, string name, string scope)
    {
        var key = JsonSerializer.SerializeToUtf8Bytes(name, PlainJson.Default.String);
        var value = JsonSerializer.SerializeToUtf8Bytes(scope, PlainJson.Default.String);
        byte[] property = [(byte)'{', .. key, (byte)':', .. value];
        using (page)
        using (var marked = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
            {
                var record = page.Record(index).Span;
                if (record is not [(byte)'{', .. var rest])
                {
                    marked.Add(record);
                    continue;
                }

                marked.Write(property);
                if (rest.TrimStart(" \t\r\n"u8) is not [(byte)'}', ..]) marked.Write(","u8);
                marked.Write(rest);
                marked.EndRecord();
            }

            return marked.ToPage(envelope: page);
        }
    }
}
