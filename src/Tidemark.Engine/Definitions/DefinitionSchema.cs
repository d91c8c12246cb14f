using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>
/// The file of definitions as JSON Schema (2020-12), for editors. Keys, words and bounds are those that reading a file holds it to; what only the
/// whole shows (names that are there, rules between keys) is left to <c>apply</c>.
/// </summary>
public static class DefinitionSchema
{
    // What the environment fills in, or an export leaves out, may stand for any value.
    private const string Filled = @"\$\{|^<secret>$";

    private const string QuotedWhole = @"^\d+$";
    private const string QuotedNumber = @"^\d+(\.\d+)?$";

    /// <summary>The schema, with the settings of every connector.</summary>
    public static JsonObject Of(ConnectorCatalog connectors)
    {
        var sources = Keyed(DefinitionReader.SourceKeys, new()
        {
            ["name"] = Text("Any text that people like; unique among sources."),
            ["connector"] = Words(connectors.Names<IOriginConnector>(), "The system that records are read from, or the database whose tables are transferred."),
            ["active"] = Flag("With false no run reads it.", otherwise: true),
            ["settings"] = Settings(),
        });
        var destinations = Keyed(DefinitionReader.DestinationKeys, new()
        {
            ["name"] = Text("Any text that people like; unique among destinations."),
            ["connector"] = Words(connectors.Names<IEndConnector>(), "The database, or the storage of backups. Left out where settings.url says which database it is."),
            ["settings"] = Settings(),
        });
        sources["required"] = Names("name", "connector");
        destinations["required"] = Names("name", "settings");
        sources["allOf"] = new JsonArray([.. connectors.All.OfType<IOriginConnector>().Select(connector => Chosen(connector.Spec))]);
        destinations["allOf"] = new JsonArray([.. connectors.All.OfType<IEndConnector>().Select(connector => Chosen(connector.Spec))]);
        var channels = Keyed(DefinitionReader.ChannelKeys, new()
        {
            ["name"] = Text("Unique among channels."),
            ["connector"] = Words(connectors.Names<IChannelConnector>(), "The kind of channel that messages are sent to."),
            ["settings"] = Settings(),
        });
        channels["required"] = Names("name", "connector");
        channels["allOf"] = new JsonArray([.. connectors.All.OfType<IChannelConnector>().Select(connector => Chosen(connector.Spec))]);
        var schema = Keyed(DefinitionReader.Sections, new()
        {
            ["sources"] = List(sources),
            ["destinations"] = List(destinations),
            ["pipelines"] = List(Pipeline()),
            ["channels"] = List(channels),
            ["alerts"] = List(Alert()),
        });
        return new JsonObject([KeyValuePair.Create("$schema", (JsonNode?)"https://json-schema.org/draft/2020-12/schema"), KeyValuePair.Create("title", (JsonNode?)"Tidemark definitions"), .. Moved(schema)]);
    }

    private static JsonObject Pipeline()
    {
        var pipeline = Keyed(DefinitionReader.PipelineKeys, new()
        {
            ["name"] = Text("Unique among pipelines; checkpoints are kept under it."),
            ["source"] = Text("Name of a source."),
            ["destination"] = Text("Name of a destination."),
            ["mode"] = Words<WriteMode>("How rows become live."),
            ["streams"] = new JsonObject
            {
                ["type"] = "array",
                ["description"] = "Names, or mappings with settings of their own. Without it, every stream of the source.",
                ["items"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Stream()) },
            },
            ["tables"] = Text("Names of the tables, with {source} and {stream}."),
            ["schema_changes"] = Words<SchemaChanges>("What a new field of the vendor does."),
            ["empty_text"] = Words<EmptyText>("What an empty text becomes in a column of another type."),
            ["raw"] = Flag("Keep the whole record in a column raw.", otherwise: true),
            ["max_deleted_percent"] = Number("Percent of a table that a run may delete before it parks.", 100),
            ["max_deleted_rows"] = Whole("Deleted or updated rows that never park a run.", int.MaxValue),
            ["max_updated_percent"] = Number("Percent of a table that a run may update before it parks.", 100),
            ["max_quarantined_percent"] = Number("Percent of a stream that may go to quarantine.", 100),
            ["max_quarantined_rows"] = Whole("Records of a stream that may always go to quarantine.", int.MaxValue),
            ["deletes"] = Deletes(),
            ["in_order"] = Flag("Read streams one after another as listed; a failed one stops those after it.", otherwise: false),
            ["undo_runs"] = Whole("Latest runs that can be undone; 0 for none.", PipelineRules.MaxUndoRuns),
            ["schedules"] = Schedules(),
            ["after"] = Texts("Pipelines of which each run that succeeds starts this one."),
            ["deadline"] = Span("How old the last proven run may be before the pipeline is late, e.g. 26h."),
            ["webhooks"] = Flag("With true, a webhook of the source starts a merge of the streams that it tells of.", otherwise: false),
            ["paused"] = Flag("With true, schedules and webhooks start nothing.", otherwise: false),
            ["labels"] = Texts("Words that alerts choose pipelines by."),
            ["backup"] = Keyed(BackupPolicyFile.Keys, new()
            {
                ["folder"] = Text("Folder of the files, below the home unless absolute."),
                ["format"] = Words<BackupFormat>("What a file looks like."),
                ["name"] = Text("What file names begin with."),
                ["keep_days"] = Whole("Older files are removed; 0 keeps them for ever.", BackupRules.MaxKeepDays),
                ["keep"] = Whole("Files that are kept at most; 0 for any number.", int.MaxValue),
                ["upload"] = Text("Name of a destination that stores files."),
            }),
            ["transfer"] = Keyed(TransferPolicyFile.Keys, new()
            {
                ["apply"] = Words<ApplyMode>("How rows get into the target."),
                ["tables"] = Texts("Tables, with * for any letters; with the schema where it is not public. Without it, every table."),
                ["exclude"] = Texts("Tables that stay out."),
                ["where"] = Map(new JsonObject { ["type"] = "string" }, "Table to SQL condition: only rows that it is true for."),
                ["follow"] = Flag("Let a condition hold for the rows that refer to the table's rows.", otherwise: true),
                ["mask"] = Map(new JsonObject { ["enum"] = new JsonArray("hash", "null", null) }, "table.column to what the source gives in its place."),
                ["triggers"] = Words<TriggerUse>("Whether the target's triggers fire."),
                ["confirm"] = Text("Name of the target's database: says that it is meant."),
                ["parallel"] = Whole("Connections to each database at most.", TransferRules.MaxParallel),
            }),
        });
        pipeline["required"] = Names("name", "source", "destination");
        return pipeline;
    }

    private static JsonObject Alert()
    {
        var events = Words<AlertEvent>("What is told.");
        var alert = Keyed(AlertFile.Keys, new()
        {
            ["name"] = Text("Unique among alerts."),
            ["events"] = new JsonObject { ["anyOf"] = new JsonArray(events, new JsonObject { ["type"] = "array", ["items"] = events.DeepClone() }) },
            ["pipelines"] = Texts("Names of pipelines, with * for any letters. Without it, every pipeline."),
            ["labels"] = Texts("Labels, of which a pipeline must have one."),
            ["channels"] = Texts("Names of the channels that it is sent to."),
            ["severity"] = Words<AlertSeverity>("How much it matters. Without it, each event has its own."),
            ["delay"] = Span("How long a problem must last to be told, e.g. 30min."),
            ["group"] = Span("How long more is waited for, to come in the same message, e.g. 5min."),
            ["repeat"] = Span("When a problem that lasts is told again, e.g. 20h."),
            ["quiet"] = Keyed(AlertFile.QuietKeys, new()
            {
                ["from"] = Time("When quiet hours begin."),
                ["to"] = Time("When they are over."),
                ["time_zone"] = Text("IANA name of the zone that the times are in."),
            }),
            ["over"] = Whole("Records in quarantine that are not told of.", int.MaxValue),
        });
        alert["properties"]!["quiet"]!["required"] = Names("from", "to");
        alert["required"] = Names("name", "events", "channels");
        return alert;
    }

    private static JsonObject Schedules()
    {
        var cron = Text("Minute, hour, day of the month, month, weekday; or @hourly, @daily, @weekly, @monthly, @yearly.");
        var schedule = Keyed(ScheduleFile.Keys, new()
        {
            ["cron"] = cron,
            ["time_zone"] = Text("IANA name of the zone that the times are in."),
            ["run"] = Words<ScheduledWork>("What it starts."),
            ["overlap"] = Words<Overlap>("What becomes of a run that is due while the same work waits or goes on."),
            ["paused"] = Flag("With true, it starts nothing.", otherwise: false),
        });
        schedule["required"] = Names("cron");
        var one = new JsonArray(cron.DeepClone(), schedule);
        return new()
        {
            ["description"] = "When the server runs the pipeline: a cron text, a mapping, or a list of these.",
            ["anyOf"] = new JsonArray([.. one.Select(kind => kind!.DeepClone()), new JsonObject { ["type"] = new JsonArray("array", "null"), ["items"] = new JsonObject { ["anyOf"] = one } }]),
        };
    }

    private static JsonObject Stream()
    {
        var stream = Keyed(StreamShapeReader.StreamKeys, new()
        {
            ["name"] = Text("Name of the stream."),
            ["table"] = Text("Its table, instead of the pattern."),
            ["columns"] = Map(new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = new JsonArray("string", "null") }, Column()) }, "The table's columns: column to field, or to a mapping."),
            ["fields"] = Words(["listed", "all"], "With all, the stream's other fields become columns beside the named ones."),
            ["deletes"] = Deletes(),
            ["references"] = Map(new JsonObject { ["type"] = "string" }, "Column to table: foreign keys."),
            ["write_back"] = Keyed(StreamShapeReader.WriteBackKeys, new()
            {
                ["set"] = Map(new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") }, "Field of the vendor to the value that it gets."),
                ["when"] = Words<WriteBackWhen>("Which records are written back."),
            }),
            ["mode"] = Words(["merge", "replace"], "How rows become live, within a merge."),
            ["raw"] = Flag("Overrides the pipeline's.", otherwise: null),
            ["synced_at"] = Text("Name of the column with the time of the last write."),
            ["time_limit"] = Whole("Seconds that the reading may take; 0 for any time.", StreamRules.MaxTimeLimit),
            ["adopt"] = Flag("Whether a row that the application made becomes the record's row.", otherwise: false),
            ["exclude"] = new JsonObject
            {
                ["type"] = new JsonArray("array", "string"),
                ["items"] = new JsonObject { ["type"] = "string" },
                ["description"] = "Fields, or places such as address.line1, that are stored nowhere.",
            },
            ["mask"] = Map(new JsonObject { ["enum"] = new JsonArray("hash", "null", null) }, "Field or place to what is stored in its place."),
        });
        stream["required"] = Names("name");
        return stream;
    }

    private static JsonObject Column() => Keyed(StreamShapeReader.ColumnKeys, new()
    {
        ["from"] = Text("A field of the stream, or a place in the record; /name for exactly that place."),
        ["value"] = Text("A text built from other text columns, e.g. int_{record_id}."),
        ["type"] = Words<FieldType>("Type of the column."),
        ["owner"] = Words<ColumnOwner>("Who writes the column once the row exists."),
        ["default"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["description"] = "Value if the source gives none." },
        ["when"] = Map(new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "array") }, "An app column takes the source's value if every named column has one of these values."),
    });

    private static JsonObject Deletes() => new()
    {
        ["description"] = "What happens to the row of a deleted record.",
        ["anyOf"] = new JsonArray(Words(["hard", "soft"], null), Keyed(StreamShapeReader.DeleteKeys, new()
        {
            ["column"] = Text("The column that is set."),
            ["value"] = new JsonObject { ["type"] = new JsonArray("string", "boolean", "number") },
            ["otherwise"] = new JsonObject { ["type"] = new JsonArray("string", "boolean", "number") },
        })),
    };

    /// <summary>The settings of a connector, where it is the one that is named.</summary>
    private static JsonObject Chosen(ConnectorSpec spec)
    {
        var settings = SettingSchema.Of(spec);
        foreach (var (name, setting) in settings["properties"]!.AsObject().ToList())
        {
            var kinds = new JsonArray(setting!.DeepClone(), new JsonObject { ["type"] = "string", ["pattern"] = Filled }, new JsonObject { ["type"] = "null" });
            // A list may be written as a text with commas, and a text such as 11.13 is a number to YAML.
            if (spec.Find(name)!.Kind == SettingKind.List) kinds.Add(new JsonObject { ["type"] = "string" });
            var kind = spec.Find(name)!.Kind;
            if (kind == SettingKind.Text) kinds.Add(new JsonObject { ["type"] = "number" });
            // What stands in quotes is read all the same.
            if (kind is SettingKind.Whole or SettingKind.Seconds or SettingKind.Number) kinds.Add(new JsonObject { ["type"] = "string", ["pattern"] = QuotedNumber });
            if (kind == SettingKind.Flag) kinds.Add(new JsonObject { ["enum"] = new JsonArray("true", "false") });
            settings["properties"]![name] = new JsonObject { ["description"] = setting["description"]?.DeepClone(), ["anyOf"] = kinds };
        }

        return new JsonObject
        {
            ["if"] = new JsonObject { ["required"] = Names("connector"), ["properties"] = new JsonObject { ["connector"] = new JsonObject { ["const"] = spec.Name } } },
            ["then"] = new JsonObject { ["properties"] = new JsonObject { ["settings"] = settings } },
        };
    }

    /// <summary>A mapping that has these keys and no others.</summary>
    private static JsonObject Keyed(string[] keys, Dictionary<string, JsonObject> properties) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key, (JsonNode?)properties[key]))),
        ["additionalProperties"] = false,
    };

    private static JsonObject List(JsonObject items) => new() { ["type"] = new JsonArray("array", "null"), ["items"] = items };

    private static JsonObject Map(JsonObject values, string description) =>
        new() { ["type"] = "object", ["description"] = description, ["additionalProperties"] = values };

    private static JsonObject Settings() => new() { ["type"] = "object", ["description"] = "The connector's settings; ${NAME} is filled in from the environment." };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Texts(string description) =>
        new() { ["type"] = new JsonArray("array", "string", "null"), ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = description };

    private static JsonObject Span(string description) => new() { ["type"] = "string", ["pattern"] = @"^\d{1,9}(s|min|h|d)$", ["description"] = description };

    private static JsonObject Time(string description) => new() { ["type"] = "string", ["pattern"] = @"^\d{2}:\d{2}$", ["description"] = description };

    private static JsonObject Flag(string description, bool? otherwise)
    {
        var flag = new JsonObject { ["enum"] = new JsonArray(true, false, "true", "false"), ["description"] = description };
        if (otherwise is { } value) flag["default"] = value;
        return flag;
    }

    private static JsonObject Number(string description, double max) =>
        new() { ["type"] = new JsonArray("number", "string"), ["pattern"] = QuotedNumber, ["minimum"] = 0, ["maximum"] = max, ["description"] = description };

    private static JsonObject Whole(string description, int max) =>
        new() { ["type"] = new JsonArray("integer", "string"), ["pattern"] = QuotedWhole, ["minimum"] = 0, ["maximum"] = max, ["description"] = description };

    private static JsonObject Words<T>(string description)
        where T : struct, Enum => Words([.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)], description);

    private static JsonObject Words(IEnumerable<string> words, string? description)
    {
        var schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };
        if (description is not null) schema["description"] = description;
        return schema;
    }

    private static JsonArray Names(params string[] names) => new([.. names.Select(name => (JsonNode)name)]);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Moved(JsonObject from)
    {
        foreach (var (key, value) in from.ToList())
        {
            from.Remove(key);
            yield return KeyValuePair.Create(key, value);
        }
    }
}
