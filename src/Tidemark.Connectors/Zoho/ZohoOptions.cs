using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Settings of a Zoho CRM source.</summary>
public sealed record ZohoOptions : HttpOptions
{
    [Description("Where the account lives: us, eu, in, au, cn, jp, ca or sa. Default us.")]
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

    [Description("API names of the modules to read, parted by commas. Default Leads, Contacts, Accounts, Deals.")]
    public IReadOnlyList<string> Modules { get; set; } = ["Leads", "Contacts", "Accounts", "Deals"];

    [Description("Fields to read, parted by commas, e.g. Contacts.Last_Name, Contacts.Email. Of a module that is not named "
        + "all are read. Default: all fields.")]
    public IReadOnlyList<string> Fields { get; set; } = [];

    [Description("Only records that match, e.g. ((Stage:equals:Closed Won)and(Amount:greater_than:10)). "
        + "For one module: Deals=(…); several parted by semicolons. Default: all records.")]
    public string? Criteria { get; set; }

    [Description("Decides how many requests may run at once: free 5, standard 10, professional 15, enterprise 20, "
        + "ultimate 25. Default free.")]
    public ZohoEdition Edition { get; set; }

    [Range(0, 25)]
    [Description("Requests at once, 1 to 25. Default 0: as many as the edition allows.")]
    public int MaxConcurrent { get; set; }

    [Range(0, 100)]
    [Description("Requests per second that all modules share. Default 0: no limit but max_concurrent.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 10)]
    [Description("Ranges of one module with criteria that are read at once, 1 to 10. Default 4.")]
    public int Parallel { get; set; } = 4;

    [Range(1, 200)]
    [Description("Records a page, 1 to 200. Default 200.")]
    public int PageSize { get; set; } = 200;

    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "{0} is from 1 to 300.")]
    [Description("Seconds to wait when the accounts server says that there were too many token requests, 1 to 300. Default 60.")]
    public TimeSpan TokenWait { get; set; } = TimeSpan.FromSeconds(60);

    [Range(2, 365)]
    [Description("Days that the list of deleted records reaches back, 2 to 365. A sync longer ago than that compares "
        + "everything. Default 60.")]
    public int DeletedReachDays { get; set; } = 60;

    [Description("Address of the accounts server. Default: the data centre's, e.g. https://accounts.zoho.com.")]
    public Uri? AccountsUrl { get; set; }

    [Description("Address of the API. Default: what the accounts server names with each token.")]
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
