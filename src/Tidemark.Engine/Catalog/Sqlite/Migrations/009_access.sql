-- Tokens for the API. What their bearer shows is not kept, only a SHA-256 of it, in hexadecimal digits.
CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    digest       TEXT    NOT NULL,
    role         TEXT    NOT NULL CHECK (role IN ('metrics', 'viewer', 'operator', 'admin')),
    pipelines    TEXT    NOT NULL CHECK (json_valid(pipelines)), -- names; empty for all
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
);

-- Who asked for what, and what came of it. Lines are added, never changed.
CREATE TABLE audit (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT,
    door    TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    detail  TEXT
);

CREATE INDEX audit_by_actor ON audit (actor, id);
