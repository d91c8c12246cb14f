-- As the SQLite migration of this number leaves it; comments on what is in it are there.
ALTER TABLE definitions DROP CONSTRAINT definitions_kind_check;
ALTER TABLE definitions ADD CONSTRAINT definitions_kind_check CHECK (kind IN ('source', 'destination', 'pipeline', 'channel', 'alert'));

ALTER TABLE runs ADD COLUMN alerted TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE runs SET alerted = status;
CREATE INDEX runs_not_alerted ON runs (id) WHERE alerted <> status AND status NOT IN ('queued', 'running');

CREATE TABLE alerts (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule     TEXT COLLATE "C" NOT NULL,
    event    TEXT   NOT NULL,
    pipeline TEXT COLLATE "C" NOT NULL,
    work     TEXT COLLATE "C" NOT NULL,
    run      TEXT COLLATE "C",
    severity TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    times    BIGINT NOT NULL,
    body     TEXT   NOT NULL CHECK (body::json IS NOT NULL),
    message  TEXT COLLATE "C",
    told_at  BIGINT,
    over_at  BIGINT
);

CREATE INDEX alerts_open ON alerts (pipeline, work) WHERE over_at IS NULL;
CREATE INDEX alerts_by_message ON alerts (message);
CREATE INDEX alerts_by_run ON alerts (run);

CREATE TABLE deliveries (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    message       TEXT COLLATE "C" NOT NULL,
    rule          TEXT COLLATE "C" NOT NULL,
    channel       TEXT COLLATE "C" NOT NULL,
    severity      TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    body          TEXT   NOT NULL CHECK (body::json IS NOT NULL),
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    failures      BIGINT NOT NULL DEFAULT 0,
    made_at       BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    claimed_until BIGINT,
    ended_at      BIGINT
);

CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_time ON deliveries (made_at DESC, id DESC);

CREATE TABLE delivery_attempts (
    delivery TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    lasted   BIGINT NOT NULL,
    status   BIGINT,
    code     TEXT,
    problem  TEXT,
    PRIMARY KEY (delivery, number)
);
