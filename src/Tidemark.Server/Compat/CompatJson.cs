using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Server.Compat.Opportunities;
using Tidemark.Server.Compat.Payments;
using Tidemark.Server.Compat.Retail;

namespace Tidemark.Server.Compat;

/// <summary>What the old addresses take and answer. Unlike the API, they name what has no value.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupDataAnswer))]
[JsonSerializable(typeof(BackupListAnswer))]
[JsonSerializable(typeof(ClearedAnswer))]
[JsonSerializable(typeof(CompleteSync))]
[JsonSerializable(typeof(FailedStepAnswer))]
[JsonSerializable(typeof(OpportunityHistoryAnswer))]
[JsonSerializable(typeof(OpportunitySyncAnswer))]
[JsonSerializable(typeof(RestoredBackupAnswer))]
[JsonSerializable(typeof(RetailSyncAnswer))]
[JsonSerializable(typeof(SyncDataAnswer))]
[JsonSerializable(typeof(SyncHistoryAnswer))]
[JsonSerializable(typeof(SyncLogsAnswer))]
[JsonSerializable(typeof(SyncStatusAnswer))]
[JsonSerializable(typeof(SyncTest))]
[JsonSerializable(typeof(SyncTestAnswer))]
[JsonSerializable(typeof(TableListAnswer))]
[JsonSerializable(typeof(WorkflowAnswer))]
internal sealed partial class CompatJson : JsonSerializerContext;

/// <summary>A moment in UTC without its zone, e.g. <c>2025-10-06T14:30:00.123456</c>.</summary>
internal sealed class PlainMomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
}

/// <summary>A moment in UTC without its zone, to the second, e.g. <c>2026-01-13T06:30:00</c>.</summary>
internal sealed class PlainSecondConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
}
