-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE proposals (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pipeline    TEXT COLLATE "C" NOT NULL,
    request     TEXT   NOT NULL CHECK (request::json IS NOT NULL),
    reason      TEXT   NOT NULL,
    proposed_by TEXT COLLATE "C" NOT NULL,
    proposed_at BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    status      TEXT   NOT NULL CHECK (status IN ('open', 'approved', 'rejected')),
    decided_by  TEXT COLLATE "C",
    decided_at  BIGINT,
    run         TEXT COLLATE "C"
);

CREATE INDEX proposals_by_time ON proposals (proposed_at, id);

ALTER TABLE runs ADD COLUMN approved_by TEXT;
ALTER TABLE tokens ADD COLUMN acts_alone BIGINT NOT NULL DEFAULT 0;
