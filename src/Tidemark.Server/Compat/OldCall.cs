using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;

namespace Tidemark.Server.Compat;

/// <summary>What every call of an old address has: the caller, and the home that does the work.</summary>
internal sealed class OldCall(HttpContext http, Home home, TimeProvider clock)
{
    public const string RunHeader = "Tidemark-Run";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    // Well below the minute after which proxies give a silent answer up.
    private const int LooksPerSign = 75;

    public HttpContext Http => http;

    public Home Home => home;

    public TimeProvider Clock => clock;

    public CancellationToken Gone => http.RequestAborted;

    /// <summary>The pipeline that an old address is for: the one of its template's name.</summary>
    /// <exception cref="TidemarkException"><c>compat.not_applied</c>, <c>access.pipeline</c> (usage).</exception>
    public async Task<PipelineDefinition> PipelineAsync(string name)
    {
        Caller.Of(http).Require(name);
        AuditTrail.About(http, $"pipeline {name}");
        try
        {
            return await home.Definitions.Pipelines.FindAsync(name, Gone);
        }
        catch (TidemarkException unknown) when (unknown.Code == "pipeline.unknown")
        {
            throw new TidemarkException(FailureKind.Usage, "compat.not_applied", $"There is no pipeline {name}, which this address is for.", unknown)
            {
                Hint = $"Apply its template: tidemark init {name}, then tidemark apply -f tidemark.yaml.",
                Next = new(NextAct.SaveDefinitions),
            };
        }
    }

    /// <summary>
    /// Starts a run and waits for its end. The run goes on where the caller goes away. It is named in the header, with the address where it can be followed.
    /// </summary>
    /// <param name="request">The run.</param>
    /// <param name="isLong">True to begin the answer at once, so that the headers can be read and nothing in between gives the call up.</param>
    public async Task<RunRecord> RunAsync(RunRequest request, bool isLong)
    {
        AuditTrail.About(http, $"pipeline {request.PipelineName}", RunJson.Word(request.Kind));
        var run = await home.StartAsync(request, Caller.Of(http).Origin, idempotencyKey: null, Gone);
        if (!http.Response.HasStarted)
        {
            http.Response.Headers[RunHeader] = run.Id;
            http.Response.Headers.Link = $"</api/v1/runs/{run.Id}?follow=true>; rel=\"monitor\"";
            http.Response.ContentType = "application/json";
            if (isLong) await http.Response.Body.FlushAsync(Gone);
        }

        for (var look = 1; run.Status is RunStatus.Queued or RunStatus.Running; look++)
        {
            await Task.Delay(LookEvery, clock, Gone);
            run = await home.Runs.FindAsync(run.Id, Gone);
            // A space before the JSON is a sign of life that changes nothing.
            if (isLong && look % LooksPerSign == 0) await http.Response.WriteAsync(" ", Gone);
        }

        return run;
    }

    /// <summary>Starts a short run and waits for its end; one that did not succeed is a problem.</summary>
    /// <exception cref="TidemarkException">The run's first problem.</exception>
    public async Task<RunRecord> SucceedAsync(RunRequest request)
    {
        var run = await RunAsync(request, isLong: false);
        if (run.Status is RunStatus.Succeeded or RunStatus.Partial) return run;
        var why = run.Result.Problems[0];
        throw new TidemarkException(FailureKind.Configuration, why.Code, why.Message) { Hint = why.Hint };
    }

    /// <summary>Syncs of a pipeline, the latest first: those that were carried out, or wait.</summary>
    public async IAsyncEnumerable<RunRecord> SyncsAsync(string pipeline)
    {
        const int AtOnce = 100;
        RunPlace? before = null;
        while (true)
        {
            var runs = await home.Runs.ListAsync(AtOnce, new() { Pipeline = pipeline, Before = before }, Gone);
            foreach (var run in runs.Where(run => run.Result.BringsIntoStep)) yield return run;
            if (runs.Count < AtOnce) yield break;
            before = RunPlace.Of(runs[^1]);
        }
    }

    public static IResult Answer<T>(T answer, JsonTypeInfo<T> type) => new Written<T>(answer, type);

    /// <summary>JSON, also where the answer has begun.</summary>
    private sealed class Written<T>(T answer, JsonTypeInfo<T> type) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (!httpContext.Response.HasStarted) httpContext.Response.ContentType = "application/json";
            await httpContext.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, type), httpContext.RequestAborted);
        }
    }
}
