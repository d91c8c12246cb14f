#pragma warning disable RS0030 // a benchmark prints
namespace Tidemark.Benchmarks;

internal static class Output
{
    public static void Line(string text) => Console.WriteLine(text);

    public static int Usage()
    {
        Console.Error.WriteLine(
            """
            Measures reading a source into PostgreSQL, beside what bounds it.

              sources [--records 100000]      every source at its own pace, and with slow pages
              memory [--records 1000000] [--source zoho]
                                              the peak memory of a first sync of every source, or of one, at three sizes
              undo [--records 100000] [--runs 5]
                                              a run that changes every row and its undo, with before-images and without
              server [--records 20000] [--runs 5] [--delay MS]
                                              a server's idle memory, and 1,000 requests a second beside a full reading into SQLite
              transfer [--factor 1] [--runs 5] [--parallel 4] [--what pgcopydb,dump,tidemark,inserts]
                                              a shop of 4.2 million rows from one server to another, beside pgcopydb and pg_dump; needs neither
                                              a vendor nor TIDEMARK_BENCH_POSTGRES: it starts two servers of its own
              nodes [--pipelines 500]         pipelines due in one minute over two servers that are killed 20 times
              run [--source stripe] [--records 100000] [--runs 5] [--delay MS] [--parallel 4] [--what pages,copy,first,again]

            pages  the pages alone, read by the same client and thrown away
            map    the pages, mapped to rows and thrown away
            copy   one raw binary COPY of the same rows into the same table
            first  a first sync (merge) into an empty table
            full   a first sync in replace mode, published at its end
            again  the same sync once more, nothing changed at the source (a full reading)
            serial the pages alone, one range at a time
            nothing a merge when nothing has changed since first or again, which have been measured before
            version, runs  a start of the program beside this one: tidemark --version, and tidemark runs in a home of one run

            PostgreSQL is named by TIDEMARK_BENCH_POSTGRES (postgres://user:password@host:port/database).
            """);
        return 2;
    }
}
