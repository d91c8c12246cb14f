-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE users (
    email         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    pipelines     TEXT    NOT NULL CHECK (pipelines::json IS NOT NULL),
    active        BIGINT NOT NULL,
    password      TEXT,
    created_at    BIGINT NOT NULL,
    last_login_at BIGINT
);

CREATE TABLE user_links (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    digest     TEXT    NOT NULL,
    email      TEXT COLLATE "C" REFERENCES users (email) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    digest     TEXT    NOT NULL,
    email      TEXT COLLATE "C" NOT NULL REFERENCES users (email) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT
);

CREATE INDEX sessions_by_user ON sessions (email);

CREATE TABLE login_tries (
    account TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tries   BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
