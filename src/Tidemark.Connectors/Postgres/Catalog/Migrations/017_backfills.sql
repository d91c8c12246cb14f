-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE backfills (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pipeline     TEXT COLLATE "C" NOT NULL,
    streams      TEXT   NOT NULL CHECK (streams::json IS NOT NULL),
    range_from   BIGINT NOT NULL,
    range_to     BIGINT NOT NULL,
    trigger      TEXT   NOT NULL,
    made_by      TEXT COLLATE "C",
    made_at      BIGINT NOT NULL,
    cancelled_at BIGINT
);

CREATE INDEX backfills_by_time ON backfills (made_at DESC, id DESC);

CREATE TABLE backfill_windows (
    backfill   TEXT COLLATE "C" NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    range_from BIGINT NOT NULL,
    range_to   BIGINT NOT NULL,
    run        TEXT COLLATE "C",
    PRIMARY KEY (backfill, number)
);

CREATE INDEX backfill_windows_by_run ON backfill_windows (run) WHERE run IS NOT NULL;
