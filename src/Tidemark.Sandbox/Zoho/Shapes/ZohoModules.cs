using Tidemark.Sandbox.Fiction;
using static Tidemark.Sandbox.Zoho.Shapes.ZohoFieldShape;

namespace Tidemark.Sandbox.Zoho.Shapes;

/// <summary>The modules and their fields. Contacts have more fields than one call may ask for.</summary>
internal static class ZohoModules
{
    private static readonly string[] Stages = ["Qualification", "Needs Analysis", "Negotiation/Review", "Closed Won", "Closed Lost"];

    public static IReadOnlyList<ZohoRecords> All(ZohoWorld world) =>
    [
        new("Leads", world, world.LeadIds, world.Leads,
        [
            .. Common, .. Name, Text("Company", seed => seed.Draws.From(Phrases.Companies)),
            Mail, Phone("Phone"), Pick("Lead_Status", "Attempted to Contact", "Contacted", "Junk Lead", "Not Contacted"),
            Pick("Lead_Source", Phrases.Sources), Whole("No_of_Employees", 5000), Money("Annual_Revenue", 1_000_000), Flag("Email_Opt_Out", 10),
        ]),
        new("Contacts", world, world.ContactIds, world.Contacts,
        [
            .. Common, .. Name, Account(world), Mail, Phone("Phone"), Phone("Mobile"), Phone("Home_Phone"), Phone("Other_Phone"),
            Phone("Asst_Phone"), Phone("Fax"), Text("Assistant", seed => seed.Maybe(20, seed.Person.First)),
            Text("Secondary_Email", seed => seed.Maybe(10, $"second{seed.Index}@example.org"), "email"),
            Pick("Title", "Interpreter", "Team lead", "Coordinator"), Pick("Department", "Field", "Remote"),
            Pick("Lead_Source", Phrases.Sources), Pick("Salutation", "Mr.", "Ms.", "Dr."),
            Day("Date_of_Birth", seed => seed.Created - 900_000_000), Flag("Email_Opt_Out", 10),
            Text("Skype_ID", seed => seed.Maybe(10, $"skype{seed.Index}")), Text("Twitter", seed => seed.Maybe(10, $"t{seed.Index}"), "twitter"),
            new("Reporting_To", "lookup", "jsonobject", seed => seed.Link(world.ContactIds, world.Contacts, seed.Person.FullName(), 20)),
            .. Address("Mailing"), .. Address("Other"),
            .. Interpreter,
        ]),
        new("Accounts", world, world.AccountIds, world.Accounts,
        [
            .. Common, Text("Account_Name", seed => $"{seed.Draws.From(Phrases.Companies)} {seed.Index}"),
            new("Parent_Account", "lookup", "jsonobject", seed => seed.Link(world.AccountIds, world.Accounts, "Head office", 15)),
            Pick("Account_Type", "Analyst", "Competitor", "Investor"), Pick("Industry", "Real Estate", "Health", "Education"),
            Phone("Phone"), Text("Website", seed => $"https://www{seed.Index}.example.com/ä?q=1", "website"), Money("Annual_Revenue", 1_000_000),
            Whole("Employees", 4000), new("SIC_Code", "integer", "integer", seed => seed.Json.Null()), .. Address("Billing"),
            new("Account_Ref", "bigint", "string", seed => seed.Text(FormattableString.Invariant($"{9_007_199_254_740_993 + seed.Index}"))),
        ]),
        new("Deals", world, world.DealIds, world.Deals,
        [
            .. Common, Text("Deal_Name", seed => $"{seed.Draws.From(Phrases.Goods)} for {seed.Person.FullName()}"),
            Money("Amount", 250_000), Pick("Stage", Stages), Day("Closing_Date", seed => seed.Created + 5_000_000), Account(world),
            new("Contact_Name", "lookup", "jsonobject", seed => seed.Link(world.ContactIds, world.Contacts, seed.Person.FullName(), 70)),
            Whole("Probability", 101), Money("Expected_Revenue", 200_000), Pick("Type", "Existing Business", "New Business"),
            Pick("Lead_Source", Phrases.Sources), Text("Next_Step", seed => seed.Maybe(30, "Call \"them\"")), Text("Pipeline", _ => "Standard (Standard)"),
            new("Competitors", "multiselectpicklist", "jsonarray", seed =>
                seed.Json.Raw(seed.Draws.Percent(30) ? """["Acme","Globex"]"""u8 : "[]"u8)),
        ]),
    ];

    private static ZohoFieldShape Mail => Text(
        "Email", seed => seed.Maybe(95, $"{seed.Person.FirstInMail}.{seed.Person.LastInMail}{seed.Index}@{seed.Draws.From(Phrases.MailDomains)}"), "email");

    private static IEnumerable<ZohoFieldShape> Name =>
    [
        Text("First_Name", seed => seed.Person.First),
        Text("Last_Name", seed => seed.Person.Last),
        Text("Full_Name", seed => seed.Person.FullName()),
    ];

    /// <summary>What the administrator of a payment application adds.</summary>
    private static IEnumerable<ZohoFieldShape> Interpreter =>
    [
        Text("Employee_ID", seed => $"E{seed.Index:D6}"), Text("Cloudbreak_ID", seed => seed.Maybe(50, $"CB{seed.Index}")),
        Text("LanguageLink_ID", seed => seed.Maybe(40, $"LL{seed.Index}")), Text("Propio_ID", seed => seed.Maybe(40, $"PR{seed.Index}")),
        Text("Contact_Name", seed => seed.Person.FullName()), Pick("Language", "Spanish", "Português", "中文", "العربية", "ASL"),
        Pick("Payment_Frequency", "Weekly", "Biweekly", "Monthly"), Pick("Service_Location", "On-site", "Remote (OPI)", "Remote (VRI)"),
        Pick("Onboarding_Status", "Invited", "In progress", "Complete"), Money("Rate_Per_Minute", 3), Money("Rate_Per_Hour", 90),
        // One of the two values contains the other: the search's equals finds both.
        Pick("Sync_to_Payment_App", "Pending Sync", "Pending Sync Review", "Synced"), Flag("Fully_Onboarded", 60),
    ];

    private static ZohoFieldShape Phone(string name) =>
        Text(name, seed => seed.Maybe(50, $"{seed.Place.DialCode}{seed.Draws.Between(1_000_000, 9_999_999)}"), "phone");

    private static ZohoFieldShape Account(ZohoWorld world) =>
        new("Account_Name", "lookup", "jsonobject", seed => seed.Link(world.AccountIds, world.Accounts, seed.Draws.From(Phrases.Companies), 80));

    private static IEnumerable<ZohoFieldShape> Address(string kind) =>
    [
        Text($"{kind}_Street", seed => $"{seed.Place.Street} {seed.Draws.Between(1, 200)}"), Text($"{kind}_City", seed => seed.Place.City),
        Text($"{kind}_State", seed => seed.Place.State), Text($"{kind}_Code", seed => $"{seed.Place.PostalPrefix}{seed.Draws.Between(100, 999)}"),
        Text($"{kind}_Country", seed => seed.Place.Country),
    ];
}
