-- What a run took out of quarantine, so that its undo can put it back in.
CREATE TABLE quarantine_settled (
    settled_run    TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    id             INTEGER NOT NULL, -- as it was in quarantine, and is again
    pipeline       TEXT    NOT NULL,
    stream         TEXT    NOT NULL,
    key            TEXT,
    run            TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    hint           TEXT,
    payload        TEXT    NOT NULL,
    payload_sha256 TEXT    NOT NULL,
    first_seen     INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    settled_by     TEXT    NOT NULL,
    PRIMARY KEY (settled_run, id)
) WITHOUT ROWID;
