using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Settings of a Zoho CRM source.</summary>
public sealed record ZohoOptions : HttpOptions
{
    [Description("Where the account lives.")]
    public ZohoDataCenter DataCenter { get; set; }

    [Required]
    [Description("Client id of the API console, 1000.….")]
    public string ClientId { get; set; } = "";

    [Required]
    [Description("Client secret of the API console.")]
    public Secret ClientSecret { get; set; } = new("");

    [Required]
    [Description("Refresh token with the scopes ZohoCRM.modules.READ and ZohoCRM.settings.fields.READ; "
        + "ZohoCRM.coql.READ, or ZohoSearch.securesearch.READ, where criteria are used.")]
    public Secret RefreshToken { get; set; } = new("");

    [Description("API names of the modules to read.")]
    public IReadOnlyList<string> Modules { get; set; } = ["Leads", "Contacts", "Accounts", "Deals"];

    [Description("Fields to read, as Module.Field. All are read of a module that is not named.")]
    [Example("Contacts.Last_Name, Contacts.Email")]
    public IReadOnlyList<string> Fields { get; set; } = [];

    [Description("Only records that match are read, in the grammar of Zoho's search; Module=(…) for one module, several separated "
        + "by semicolons.")]
    [Example("Deals=((Stage:equals:Closed Won)and(Amount:greater_than:10))")]
    public string? Criteria { get; set; }

    [Description("What was bought; it decides how many requests may run at once: 5, 10, 15, 20 or 25.")]
    public ZohoEdition Edition { get; set; }

    [Range(0, 25), Advanced]
    [VendorLimit("5, 10, 15, 20 or 25, by the edition", "https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html")]
    [Description("Requests at once; 0 is as many as the edition allows.")]
    public int MaxConcurrent { get; set; }

    [AtLeast(0), Advanced]
    [Description("Requests per second that all modules share; 0 is no limit but max_concurrent. Zoho documents none.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 10), Advanced]
    [Description("Ranges of one module with criteria that are read at once.")]
    public int Parallel { get; set; } = 4;

    [Range(1, 200), Advanced]
    [VendorLimit("200", "https://www.zoho.com/crm/developer/docs/api/v8/get-records.html")]
    [Description("Records a page.")]
    public int PageSize { get; set; } = 200;

    [Range(1, 300), Advanced]
    [Description("Seconds to wait when the accounts server says that there were too many token requests.")]
    public TimeSpan TokenWait { get; set; } = TimeSpan.FromSeconds(60);

    [Range(2, 365), Advanced]
    [Description("Days that the list of deleted records reaches back. A sync longer ago than that compares everything.")]
    public int DeletedReachDays { get; set; } = 60;

    [Advanced]
    [Description("Address of the accounts server, in place of the data centre's.")]
    [Example("https://accounts.zoho.com")]
    public Uri? AccountsUrl { get; set; }

    [Advanced]
    [Description("Address of the API, in place of the one that the accounts server names with each token.")]
    [Example("https://www.zohoapis.com")]
    public Uri? ApiUrl { get; set; }
}

/// <summary>Which of Zoho's data centres an account is in.</summary>
public enum ZohoDataCenter
{
    Us,
    Eu,
    In,
    Au,
    Cn,
    Jp,
    Ca,
    Sa,
}

/// <summary>What was bought, as far as it limits the API.</summary>
public enum ZohoEdition
{
    Free,
    Standard,
    Professional,
    Enterprise,
    Ultimate,
}
