-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE tokens (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL,
    digest       TEXT   NOT NULL,
    role         TEXT   NOT NULL CHECK (role IN ('metrics', 'viewer', 'operator', 'admin')),
    pipelines    TEXT   NOT NULL CHECK (pipelines::json IS NOT NULL),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

CREATE TABLE audit (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT COLLATE "C",
    door    TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    subject TEXT   NOT NULL,
    outcome TEXT   NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    detail  TEXT
);

CREATE INDEX audit_by_actor ON audit (actor, id);
