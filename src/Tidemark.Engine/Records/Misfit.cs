using System.Text;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Records;

/// <summary>Why a value keeps its record from becoming a row.</summary>
/// <param name="Code">E.g. <c>value.wrong_type</c>.</param>
/// <param name="Field">The field that the value is for; null where it is for none.</param>
/// <param name="Message">One sentence, with the column and the beginning of the value.</param>
internal sealed record Misfit(string Code, Field? Field, string Message)
{
    private const string WayOut = "Mend the value at the source";

    private const int ShownBytes = 60;

    /// <param name="field">The field.</param>
    /// <param name="code">As <see cref="CellReader"/> gives it.</param>
    /// <param name="value">JSON.</param>
    public static Misfit Of(Field field, string code, ReadOnlySpan<byte> value)
    {
        var what = field.Name == field.Path ? field.Name : $"{field.Path} (column {field.Name})";
        return new(code, field, code switch
        {
            "value.out_of_range" => $"The value of {what} is too large for {field.Type}: {Shown(value)}.",
            "value.invalid_text" => $"The value of {what} is not valid text, since it has half of a surrogate pair: {Shown(value)}.",
            _ => $"The value of {what} is not a {field.Type}: {Shown(value)}.",
        });
    }

    /// <summary>The problem of a record of a stream.</summary>
    public Problem Of(StreamSchema stream) => new(Code, stream.Name, Message, Code == "value.invalid_text" || Field is null ? null
        : Field.IsInferred ? $"{WayOut}; or let the column {Field.Name} become text: set schema_changes of the pipeline to evolve."
        : $"{WayOut}; or list the columns of the stream, with {Field.Name} as one of text that is taken from {Field.Path}.");

    private static string Shown(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(ShownBytes, value.Length)]).TrimEnd('\uFFFD');
        return value.Length > ShownBytes ? text + "…" : text;
    }
}
