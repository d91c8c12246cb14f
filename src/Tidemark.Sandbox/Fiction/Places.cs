namespace Tidemark.Sandbox.Fiction;

/// <param name="City">Local spelling.</param>
/// <param name="State">Null where addresses have none.</param>
/// <param name="Country">ISO 3166 code of two letters.</param>
/// <param name="PostalPrefix">Start of the postal code; three digits follow.</param>
/// <param name="Currency">ISO 4217 code in lower case.</param>
/// <param name="Locale">Language of its people.</param>
/// <param name="DialCode">Start of a telephone number; seven digits follow.</param>
/// <param name="Street">Without the number.</param>
internal sealed record Place(
    string City, string? State, string Country, string PostalPrefix, string Currency, string Locale, string DialCode,
    string Street);

internal static class Places
{
    public static readonly Place[] All =
    [
        new("San Francisco", "CA", "US", "94", "usd", "en-US", "+1415", "Market Street"),
        new("New York", "NY", "US", "10", "usd", "en-US", "+1212", "Lexington Avenue"),
        new("Austin", "TX", "US", "78", "usd", "en-US", "+1512", "Congress Avenue"),
        new("Chicago", "IL", "US", "60", "usd", "en-US", "+1312", "Wacker Drive"),
        new("Seattle", "WA", "US", "98", "usd", "en-US", "+1206", "Pike Street"),
        new("Montréal", "QC", "CA", "H3Z ", "cad", "fr-CA", "+1514", "Rue Saint-Denis"),
        new("London", null, "GB", "SW1A ", "gbp", "en-GB", "+4420", "Old Street"),
        new("Dublin", null, "IE", "D08 X", "eur", "en-IE", "+3531", "Grafton Street"),
        new("Berlin", null, "DE", "10", "eur", "de", "+4930", "Karl-Marx-Straße"),
        new("München", "Bayern", "DE", "80", "eur", "de", "+4989", "Sendlinger Straße"),
        new("Zürich", "ZH", "CH", "8", "chf", "de-CH", "+4144", "Bahnhofstrasse"),
        new("Paris", null, "FR", "75", "eur", "fr", "+331", "Rue de l’Évêché"),
        new("Lyon", null, "FR", "69", "eur", "fr", "+334", "Quai Perrache"),
        new("Madrid", null, "ES", "28", "eur", "es", "+3491", "Calle de Alcalá"),
        new("São Paulo", "SP", "BR", "01310-", "brl", "pt-BR", "+5511", "Avenida Paulista"),
        new("København", null, "DK", "1", "dkk", "da", "+4533", "Nørrebrogade"),
        new("Malmö", null, "SE", "21", "sek", "sv", "+4640", "Östra Förstadsgatan"),
        new("Kraków", null, "PL", "30-", "pln", "pl", "+4812", "ulica Świętego Jana"),
        new("東京都", "東京都", "JP", "100-0", "jpy", "ja", "+813", "千代田区丸の内"),
        new("大阪市", "大阪府", "JP", "530-0", "jpy", "ja", "+816", "北区梅田"),
        new("서울", null, "KR", "04", "krw", "ko", "+822", "세종대로"),
        new("Ho Chi Minh City", null, "VN", "700", "vnd", "vi", "+8428", "Đường Nguyễn Huệ"),
        new("Sydney", "NSW", "AU", "2", "aud", "en-AU", "+612", "George Street"),
        new("Αθήνα", null, "GR", "10", "eur", "el", "+3021", "Οδός Ερμού"),
    ];

    /// <summary>Whether amounts in a currency count its main unit, as there is no smaller one.</summary>
    public static bool IsZeroDecimal(string currency) => currency is "jpy" or "krw" or "vnd";
}
