-- What the user saved: sources, destinations, pipelines. A body never holds a secret.
CREATE TABLE definitions (
    kind       TEXT    NOT NULL CHECK (kind IN ('source', 'destination', 'pipeline')),
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    created_at INTEGER NOT NULL, -- Unix milliseconds, as every time in this database
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- Encrypted settings: v1:<key id>:<base64 of nonce, tag, cipher text>, bound to kind/owner/setting.
CREATE TABLE secrets (
    kind    TEXT NOT NULL,
    owner   TEXT NOT NULL,
    setting TEXT NOT NULL,
    sealed  TEXT NOT NULL,
    PRIMARY KEY (kind, owner, setting)
) WITHOUT ROWID;

-- Facts of this catalog: passphrase_salt (hex) makes a passphrase mean another key in every catalog;
-- key_id is the id of the key that every row of secrets is encrypted with, once there is one.
CREATE TABLE facts (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO facts (name, value) VALUES ('passphrase_salt', lower(hex(randomblob(16))));
