using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Fiction;

/// <param name="First">First name as its owner writes it.</param>
/// <param name="Last">Family name as its owner writes it.</param>
/// <param name="FirstInMail">First name in the letters of a mail address.</param>
/// <param name="LastInMail">Family name in the letters of a mail address.</param>
internal readonly record struct Person(string First, string Last, string FirstInMail, string LastInMail);

internal static class People
{
    private static readonly (string Name, string InMail)[] FirstNames =
    [
        ("Ada", "ada"), ("Amélie", "amelie"), ("Anders", "anders"), ("Ángel", "angel"), ("Beatriz", "beatriz"),
        ("Björn", "bjorn"), ("Chloë", "chloe"), ("Dmitri", "dmitri"), ("Elif", "elif"), ("Émile", "emile"),
        ("Fatima", "fatima"), ("Grace", "grace"), ("Hugo", "hugo"), ("Ingrid", "ingrid"), ("Ivan", "ivan"),
        ("João", "joao"), ("Jürgen", "juergen"), ("Kenji", "kenji"), ("Lena", "lena"), ("Łukasz", "lukasz"),
        ("Maria", "maria"), ("Noah", "noah"), ("Olivia", "olivia"), ("Priya", "priya"), ("Quentin", "quentin"),
        ("Rosalía", "rosalia"), ("Sam", "sam"), ("Søren", "soren"), ("Thu", "thu"), ("Uma", "uma"),
        ("Victor", "victor"), ("Wei", "wei"), ("Zoë", "zoe"), ("Jack \"JJ\"", "jack"),
    ];

    private static readonly (string Name, string InMail)[] FamilyNames =
    [
        ("Almeida", "almeida"), ("Andersson", "andersson"), ("Brown", "brown"), ("Çelik", "celik"),
        ("Dvořák", "dvorak"), ("Eriksen", "eriksen"), ("Fernández", "fernandez"), ("Garcia", "garcia"),
        ("Großmann", "grossmann"), ("Hansen", "hansen"), ("Ito", "ito"), ("Jones", "jones"), ("Kowalski", "kowalski"),
        ("Lefèvre", "lefevre"), ("Müller", "mueller"), ("Nguyễn", "nguyen"), ("O'Brien", "obrien"),
        ("Ørsted", "orsted"),
        ("Patel", "patel"), ("Rossi", "rossi"), ("Schäfer", "schaefer"), ("Silva", "silva"), ("Smith", "smith"),
        ("Suárez", "suarez"), ("Taylor", "taylor"), ("Ünal", "unal"), ("Van der Berg", "vanderberg"),
        ("Wang", "wang"), ("Żak", "zak"), ("Papadopoulos", "papadopoulos"),
    ];

    // Family name first, no space: as they are written where they come from.
    private static readonly Person[] EastAsian =
    [
        new("太郎", "山田", "taro", "yamada"), new("花子", "佐藤", "hanako", "sato"), new("健", "鈴木", "ken", "suzuki"),
        new("伟", "王", "wei", "wang"), new("秀英", "李", "xiuying", "li"), new("민준", "김", "minjun", "kim"),
    ];

    public static Person Draw(ref Draws draws)
    {
        if (draws.Percent(8)) return draws.From(EastAsian);
        var first = draws.From(FirstNames);
        var last = draws.From(FamilyNames);
        return new(first.Name, last.Name, first.InMail, last.InMail);
    }

    public static string FullName(this Person person) =>
        person.Last[0] > '\u2FFF' ? person.Last + person.First : $"{person.First} {person.Last}";
}
