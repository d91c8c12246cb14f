-- As the SQLite migration of this number leaves it; comments on what is in it are there.
ALTER TABLE runs ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN request TEXT NOT NULL DEFAULT '{}' CHECK (request::json IS NOT NULL);
ALTER TABLE runs ADD COLUMN trigger TEXT NOT NULL DEFAULT 'command';
ALTER TABLE runs ADD COLUMN actor TEXT;
ALTER TABLE runs ADD COLUMN source TEXT;
ALTER TABLE runs ADD COLUMN destination TEXT;
ALTER TABLE runs ADD COLUMN attempt BIGINT NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN repeats TEXT COLLATE "C";
ALTER TABLE runs ADD COLUMN idempotency_key TEXT COLLATE "C";
ALTER TABLE runs ADD COLUMN queued_at BIGINT NOT NULL DEFAULT 0;

-- No release has kept runs here, so there is no cause to be understood: whatever is there is shown as a sync.
UPDATE runs SET
    subject = 'pipeline:' || pipeline,
    queued_at = started_at,
    request = json_build_object('kind', 'sync', 'pipeline', pipeline, 'mode', mode, 'streams', json_build_array())::text;

ALTER TABLE runs DROP COLUMN cause;
CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_waiting ON runs (queued_at, id) WHERE status = 'queued';

ALTER TABLE leases RENAME COLUMN pipeline TO subject;
ALTER TABLE leases ADD COLUMN by_worker BIGINT NOT NULL DEFAULT 0;
UPDATE leases SET subject = 'pipeline:' || subject;
