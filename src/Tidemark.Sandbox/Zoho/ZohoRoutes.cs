using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Zoho.Query;
using Tidemark.Sandbox.Zoho.Shapes;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Which address is answered by what.</summary>
internal sealed class ZohoRoutes(
    IReadOnlyDictionary<string, ZohoTable> tables, ZohoAccounts accounts, ZohoChanges changes, ZohoRules rules, TimeProvider clock)
{
    private const string TokenPath = "/oauth/v2/token";
    private static readonly ZohoIds FieldIds = new(5);

    public static RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isList = parts is ["crm", "v8", not "settings"] or ["crm", "v8", _, "deleted" or "search"];
        var isLater = request.Query.ContainsKey("page_token") || request.Query["page"].ToString() is not ("" or "1");
        return new(path, !isList ? PageKind.NotAList : isLater ? PageKind.Later : PageKind.First);
    }

    /// <exception cref="ZohoProblem">The request is refused.</exception>
    public Answer Answer(HttpRequest request, FiredFaults fired)
    {
        if (request.Path == TokenPath && HttpMethods.IsPost(request.Method))
            return accounts.Token(request, Body(request), fired.Has(FaultKind.Expire));
        accounts.Check(request, fired.Has(FaultKind.Expire));
        var parts = (request.Path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (request.Method, parts) switch
        {
            ("GET", ["crm", "v8", "settings", "fields"]) => Fields(request.Query["module"].ToString()),
            ("GET", ["crm", "v8", "settings", "modules"]) => Modules(),
            ("GET", ["crm", "v8", "org"]) => Organization(),
            ("POST", ["crm", "v8", "coql"]) => new CoqlAnswer(tables, rules).Read(Body(request), fired),
            ("GET", ["crm", "v8", var module, "search"]) => new SearchAnswer(Find(module), rules).Read(request, fired),
            ("GET", ["crm", "v8", var module]) => new ZohoList(Find(module), rules, clock).Read(request, fired),
            ("GET", ["crm", "v8", var module, "actions", "count"]) => Count(request, module),
            ("GET", ["crm", "v8", var module, var id]) when id is not "deleted" => One(request, module, id),
            ("PUT", ["crm", "v8", var module]) => new ZohoWrite(Find(module), changes, rules).Put(Body(request)),
            ("GET", ["crm", "v8", var module, "deleted"]) => new ZohoDeletedList(Find(module), rules).Read(request, fired),
            _ => throw new ZohoProblem(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
        };
    }

    /// <summary>A single record with all of its fields, or those that are asked for.</summary>
    private Answer One(HttpRequest request, string module, string id)
    {
        var table = Find(module);
        if (!table.Stream.TryFind(id, out var entry) || entry.IsDeleted)
            return id.All(char.IsAsciiDigit) ? new(204, new JsonBuffer(16)) : throw ZohoProblem.Invalid("id");
        var json = new JsonBuffer();
        json.Raw("""{"data":["""u8);
        if (request.Query["fields"].ToString() is { Length: > 0 } asked)
            ZohoList.Project(json, table.Read(entry), ZohoList.Fields(asked));
        else
            json.Raw(table.Read(entry));
        json.Raw("]}"u8);
        return new(200, json);
    }

    private Answer Count(HttpRequest request, string module)
    {
        accounts.CheckScope(ZohoAccounts.SearchScope);
        var json = new JsonBuffer(64);
        json.Add($$"""{"count":{{new ZohoList(Find(module), rules, clock).Count(request.Query)}}}""");
        return new(200, json);
    }

    private Answer Fields(string module)
    {
        var json = new JsonBuffer();
        ZohoFieldList.Write(json, Find(module).Records.Fields, FieldIds);
        return new(200, json);
    }

    private Answer Organization()
    {
        accounts.CheckScope(ZohoAccounts.OrganizationScope);
        var json = new JsonBuffer(128);
        json.Raw("""{"org":[{"id":"3652397000000020001","zgid":"10234567890","company_name":"Northwind Traders"}]}"""u8);
        return new(200, json);
    }

    private Answer Modules()
    {
        var json = new JsonBuffer();
        json.Raw("""{"modules":["""u8);
        json.Raw(string.Join(',', tables.Values.Select(table => $$"""{"api_name":"{{table.Records.Module}}","api_supported":true}""")));
        json.Raw("]}"u8);
        return new(200, json);
    }

    private ZohoTable Find(string module) =>
        tables.Values.FirstOrDefault(table => table.Records.Module.Equals(module, StringComparison.OrdinalIgnoreCase))
            ?? throw new ZohoProblem(400, "INVALID_MODULE", "the module name given seems to be invalid");

    private static string Body(HttpRequest request)
    {
        // The way of an answer is without awaits; a body from this machine is there at once.
        if (request.HttpContext.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        using var reader = new StreamReader(request.Body);
        return reader.ReadToEnd();
    }
}
