CREATE TABLE runs (
    id               TEXT    NOT NULL PRIMARY KEY,
    pipeline         TEXT    NOT NULL,
    mode             TEXT    NOT NULL,
    cause            TEXT    NOT NULL, -- what started it, e.g. command, schedule
    status           TEXT    NOT NULL,
    started_at       INTEGER NOT NULL,
    finished_at      INTEGER,
    read             INTEGER NOT NULL DEFAULT 0,
    created          INTEGER NOT NULL DEFAULT 0,
    updated          INTEGER NOT NULL DEFAULT 0,
    unchanged        INTEGER NOT NULL DEFAULT 0,
    skipped          INTEGER NOT NULL DEFAULT 0,
    quarantined      INTEGER NOT NULL DEFAULT 0,
    deleted          INTEGER NOT NULL DEFAULT 0,
    result           TEXT    NOT NULL CHECK (json_valid(result)), -- figures so far, then the whole result
    cancel_requested INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE INDEX runs_by_time ON runs (started_at DESC);
CREATE INDEX runs_by_pipeline ON runs (pipeline, started_at DESC);
CREATE INDEX runs_unfinished ON runs (status) WHERE status = 'running';

CREATE TABLE leases (
    pipeline        TEXT    NOT NULL PRIMARY KEY,
    run             TEXT    NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
    host            TEXT    NOT NULL,
    pid             INTEGER NOT NULL,
    process_started TEXT    NOT NULL, -- tells a process from a later one that got the same pid
    taken_at        INTEGER NOT NULL,
    heartbeat_at    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE run_steps (
    run         TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    stream      TEXT,
    status      TEXT    NOT NULL,
    detail      TEXT,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;

CREATE TABLE run_logs (
    run     TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    level   TEXT    NOT NULL,
    stream  TEXT,
    message TEXT    NOT NULL,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;

-- Records that could not be written; they outlive the runs that met them.
CREATE TABLE quarantine (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    pipeline       TEXT    NOT NULL,
    stream         TEXT    NOT NULL,
    run            TEXT    NOT NULL, -- the latest run that met it
    code           TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    hint           TEXT,
    payload        TEXT    NOT NULL,
    payload_sha256 TEXT    NOT NULL,
    first_seen     INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    UNIQUE (pipeline, stream, code, payload_sha256)
);

CREATE INDEX quarantine_by_run ON quarantine (run);
