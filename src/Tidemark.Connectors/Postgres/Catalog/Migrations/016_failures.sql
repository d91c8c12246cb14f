-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE failures (
    run        TEXT COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    stream     TEXT COLLATE "C" NOT NULL,
    pipeline   TEXT COLLATE "C" NOT NULL,
    work       TEXT COLLATE "C" NOT NULL,
    code       TEXT   NOT NULL,
    message    TEXT   NOT NULL,
    transient  BIGINT NOT NULL,
    failed_at  BIGINT NOT NULL,
    over_at    BIGINT,
    over_by    TEXT COLLATE "C",
    settled_by TEXT COLLATE "C",
    note       TEXT,
    PRIMARY KEY (run, stream)
);

CREATE INDEX failures_open ON failures (pipeline, work) WHERE over_at IS NULL;
CREATE INDEX failures_by_time ON failures (failed_at DESC, run DESC);
