-- Runs that an agent proposes. One begins where a person approves it, in the transaction that says so.
CREATE TABLE proposals (
    id          TEXT    NOT NULL PRIMARY KEY,
    pipeline    TEXT    NOT NULL,
    request     TEXT    NOT NULL CHECK (json_valid(request)),
    reason      TEXT    NOT NULL,
    proposed_by TEXT    NOT NULL,
    proposed_at INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'approved', 'rejected')), -- open beyond expires_at: expired
    decided_by  TEXT,
    decided_at  INTEGER,
    run         TEXT
);

CREATE INDEX proposals_by_time ON proposals (proposed_at, id);

ALTER TABLE runs ADD COLUMN approved_by TEXT;                          -- the person who approved its proposal
ALTER TABLE tokens ADD COLUMN acts_alone INTEGER NOT NULL DEFAULT 0;   -- 1: an agent with it starts runs, and need not propose them
