-- Runs that failed or did only a part, and what is open of them. They stay when they are over: who settled them, or which run did what they did not.
CREATE TABLE failures (
    run        TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    stream     TEXT    NOT NULL,                          -- empty for the run as a whole
    pipeline   TEXT    NOT NULL,
    work       TEXT    NOT NULL,                          -- what a later run must do to end it, e.g. sync, backup
    code       TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    transient  INTEGER NOT NULL,
    failed_at  INTEGER NOT NULL,
    over_at    INTEGER,                                   -- null while it is open
    over_by    TEXT,                                      -- the later run; null where a person settled it
    settled_by TEXT,
    note       TEXT,
    PRIMARY KEY (run, stream)
) WITHOUT ROWID;

CREATE INDEX failures_open ON failures (pipeline, work) WHERE over_at IS NULL;
CREATE INDEX failures_by_time ON failures (failed_at DESC, run DESC);
