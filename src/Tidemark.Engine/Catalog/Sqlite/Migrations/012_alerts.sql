-- Channels and alerts are definitions too.
CREATE TABLE definitions_anew (
    kind       TEXT    NOT NULL CHECK (kind IN ('source', 'destination', 'pipeline', 'channel', 'alert')),
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
INSERT INTO definitions_anew (kind, name, body, created_at, updated_at) SELECT kind, name, body, created_at, updated_at FROM definitions;
DROP TABLE definitions;
ALTER TABLE definitions_anew RENAME TO definitions;

-- The status that alerts have dealt with: a run is news while its own is another. What was before there were alerts is nobody's news.
ALTER TABLE runs ADD COLUMN alerted TEXT NOT NULL DEFAULT '';
UPDATE runs SET alerted = status;
CREATE INDEX runs_not_alerted ON runs (id) WHERE alerted <> status AND status NOT IN ('queued', 'running');

-- What rules tell: one row for each thing that came about and each rule that tells of it.
CREATE TABLE alerts (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    rule     TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    pipeline TEXT    NOT NULL,
    work     TEXT    NOT NULL,                            -- what succeeds when the problem is over, e.g. sync, backup
    run      TEXT,
    severity TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    times    INTEGER NOT NULL,                            -- how often it came about since it was last told
    body     TEXT    NOT NULL CHECK (json_valid(body)),
    message  TEXT,                                        -- the message that tells it
    told_at  INTEGER,
    over_at  INTEGER                                      -- a problem that is over before it is told is not told
);

CREATE INDEX alerts_open ON alerts (pipeline, work) WHERE over_at IS NULL;
CREATE INDEX alerts_by_message ON alerts (message);
CREATE INDEX alerts_by_run ON alerts (run);

-- Messages on their way, one row a channel.
CREATE TABLE deliveries (
    id            TEXT    NOT NULL PRIMARY KEY,           -- the message's id, the same at every attempt
    message       TEXT    NOT NULL,                       -- the same for the channels of one rule
    rule          TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    severity      TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    body          TEXT    NOT NULL CHECK (json_valid(body)),
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    failures      INTEGER NOT NULL DEFAULT 0,             -- attempts since it was made or replayed that failed
    made_at       INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    claimed_until INTEGER,                                -- somebody sends it, who may be gone after that
    ended_at      INTEGER
) WITHOUT ROWID;

CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_time ON deliveries (made_at DESC, id DESC);

CREATE TABLE delivery_attempts (
    delivery TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    lasted   INTEGER NOT NULL,                            -- milliseconds
    status   INTEGER,                                     -- of HTTP or SMTP
    code     TEXT,                                        -- of the problem; null where it was taken
    problem  TEXT,
    PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
