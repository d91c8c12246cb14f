-- People who may log in, by their address in small letters. The password is a salted hash; NULL until they have set one.
CREATE TABLE users (
    email         TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    pipelines     TEXT    NOT NULL CHECK (json_valid(pipelines)), -- names; empty for all
    active        INTEGER NOT NULL,
    password      TEXT,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER
);

-- Links to set a password, each once; what a link carries is kept as a SHA-256. Without an address: for the first administrator.
CREATE TABLE user_links (
    id         TEXT    NOT NULL PRIMARY KEY,
    digest     TEXT    NOT NULL,
    email      TEXT    REFERENCES users (email) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
);

-- Browsers in which somebody has logged in; what they show is kept as a SHA-256.
CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY,
    digest     TEXT    NOT NULL,
    email      TEXT    NOT NULL REFERENCES users (email) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT
);

CREATE INDEX sessions_by_user ON sessions (email);

-- Tries to log in since the last right one, by the SHA-256 of the address as it was typed.
CREATE TABLE login_tries (
    account TEXT    NOT NULL PRIMARY KEY,
    tries   INTEGER NOT NULL,
    last_at INTEGER NOT NULL
);
