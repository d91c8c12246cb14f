-- One entry a record: a later version of a record takes the place of an earlier one.
CREATE TABLE quarantine_of_keys (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    pipeline       TEXT    NOT NULL,
    stream         TEXT    NOT NULL,
    key            TEXT,             -- as text, the parts of a compound key as a JSON array; null where it could not be read
    run            TEXT    NOT NULL, -- the latest run that met it
    code           TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    hint           TEXT,
    payload        TEXT    NOT NULL,
    payload_sha256 TEXT    NOT NULL,
    first_seen     INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    settled_by     TEXT    NOT NULL CHECK (settled_by IN (
        'retry',    -- writing the payload, or a new reading
        'reading',  -- a new reading alone: the payload is not the whole record
        'newer'))   -- a newer version, which is about to be written or waits to be published
);

-- The key of what is here already is not known, so nothing would keep an older payload from overwriting a newer row.
INSERT INTO quarantine_of_keys (id, pipeline, stream, run, code, subject, message, hint, payload, payload_sha256,
                                first_seen, last_seen, settled_by)
SELECT id, pipeline, stream, run, code, subject, message, hint, payload, payload_sha256, first_seen, last_seen, 'reading'
FROM quarantine;

DROP TABLE quarantine;
ALTER TABLE quarantine_of_keys RENAME TO quarantine;

CREATE UNIQUE INDEX quarantine_by_key ON quarantine (pipeline, stream, key) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX quarantine_by_payload ON quarantine (pipeline, stream, code, payload_sha256) WHERE key IS NULL;
CREATE INDEX quarantine_by_run ON quarantine (run);
