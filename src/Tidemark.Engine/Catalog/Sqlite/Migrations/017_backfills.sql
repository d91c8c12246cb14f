-- Ranges of time that are read again, window by window; each window is a run.
CREATE TABLE backfills (
    id           TEXT    NOT NULL PRIMARY KEY,
    pipeline     TEXT    NOT NULL,
    streams      TEXT    NOT NULL CHECK (json_valid(streams)),
    range_from   INTEGER NOT NULL,                        -- milliseconds since 1970 UTC; the end is not in the range
    range_to     INTEGER NOT NULL,
    trigger      TEXT    NOT NULL,
    made_by      TEXT,
    made_at      INTEGER NOT NULL,
    cancelled_at INTEGER
) WITHOUT ROWID;

CREATE INDEX backfills_by_time ON backfills (made_at DESC, id DESC);

CREATE TABLE backfill_windows (
    backfill   TEXT    NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    range_from INTEGER NOT NULL,
    range_to   INTEGER NOT NULL,
    run        TEXT,                                      -- its latest run
    PRIMARY KEY (backfill, number)
) WITHOUT ROWID;

CREATE INDEX backfill_windows_by_run ON backfill_windows (run) WHERE run IS NOT NULL;
