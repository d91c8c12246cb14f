namespace Tidemark.Sandbox.Fiction;

internal static class Phrases
{
    public static readonly string[] MailDomains =
        ["example.com", "example.org", "example.net", "mail.example.com", "firma.example", "shop.example"];

    public static readonly string[] Companies =
    [
        "Northwind Traders", "Café Zoë", "Müller & Söhne GmbH", "Blue Harbor LLC", "株式会社みなと", "Acme, Inc.",
        "Líneas del Sur S.A.", "Rocket 🚀 Labs", "Green Valley Farms", "Studio Łódź",
    ];

    public static readonly string[] Notes =
    [
        "Prefers to be called in the morning and to be invoiced once a quarter, as the budget is set that way.",
        "Came over from the old system; the numbers before the move are kept in the archive of the finance team.",
        "Très content du service 🎉, souhaite une démonstration de la nouvelle version avec toute son équipe.",
        "Asked for a second workspace. Waiting for the \"final\" answer of the legal department since March.",
        "Pays late now and then, but always pays: a reminder on the tenth day is enough, no phone calls please.",
        "请通过电子邮件联系。The contract is in two languages, and the English one is the binding one.",
        "Runs three shops and one warehouse; orders come from the warehouse, invoices go to the head office.",
        "Beta tester.\nReports bugs with great care, and deserves an answer on the same day.",
    ];

    public static readonly string[] Segments = ["enterprise", "mid-market", "small-business", "startup", "education"];

    public static readonly string[] Sources = ["organic", "referral", "partner", "event", "newsletter", "paid-search"];

    public static readonly string[] Goods =
        ["Starter", "Team", "Business", "Analytics", "Archive", "Support", "Storage", "Compliance", "Audit", "Café"];

    public static readonly string[] Tiers = ["Basic", "Plus", "Pro", "Max", "Édition spéciale", "Lite", "Pro 🚀"];
}
