-- A run is a stored request: what was asked for, by whom, and where it waits. A lease is on the request's subject.
ALTER TABLE runs ADD COLUMN subject TEXT NOT NULL DEFAULT '';          -- e.g. pipeline:payments
ALTER TABLE runs ADD COLUMN request TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(request));
ALTER TABLE runs ADD COLUMN trigger TEXT NOT NULL DEFAULT 'command';   -- what started it, e.g. schedule
ALTER TABLE runs ADD COLUMN actor TEXT;                                -- who; null for a schedule
ALTER TABLE runs ADD COLUMN source TEXT;
ALTER TABLE runs ADD COLUMN destination TEXT;
ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN repeats TEXT;                              -- the interrupted run that it repeats
ALTER TABLE runs ADD COLUMN idempotency_key TEXT;
ALTER TABLE runs ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;

-- What an older version wrote in words of the column cause. It did not keep whether a run ignored its limits, nor the
-- mode of a restore beyond exact; of a plan it kept what the run compared.
UPDATE runs SET
    subject = 'pipeline:' || pipeline,
    queued_at = started_at,
    trigger = CASE WHEN cause IN ('schedule', 'demo') THEN cause ELSE 'command' END,
    source = (SELECT json_extract(d.body, '$.source') FROM definitions AS d WHERE d.kind = 'pipeline' AND d.name = runs.pipeline),
    destination = (SELECT json_extract(d.body, '$.destination') FROM definitions AS d WHERE d.kind = 'pipeline' AND d.name = runs.pipeline),
    request = CASE
        WHEN cause LIKE 'undo %' THEN json_object('kind', 'undo', 'pipeline', pipeline, 'run', substr(cause, 6))
        WHEN cause LIKE 'restore %' THEN json_object('kind', 'restore', 'pipeline', pipeline, 'backup', substr(cause, 9),
            'mode', CASE mode WHEN 'replace' THEN 'exact' ELSE 'missing' END)
        WHEN cause = 'plan' THEN json_object('kind', 'plan', 'plan', json_object('pipeline', pipeline, 'mode', mode,
            'made_at', strftime('%Y-%m-%dT%H:%M:%SZ', started_at / 1000, 'unixepoch'),
            'changes', json_object('streams', json_array())))
        WHEN cause = 'approve' THEN json_object('kind', 'approve', 'pipeline', pipeline, 'parked', coalesce(
            (SELECT p.id FROM runs AS p WHERE p.pipeline = runs.pipeline AND p.started_at <= runs.started_at
                AND p.result LIKE '%The run ' || runs.id || ' went on in its place.%' ORDER BY p.started_at DESC LIMIT 1), ''))
        WHEN cause = 'deletions' THEN json_object('kind', 'deletions', 'pipeline', pipeline,
            'streams', (SELECT json_group_array(json_extract(s.value, '$.stream')) FROM json_each(result, '$.streams') AS s))
        WHEN cause LIKE 'dry-run%' OR status = 'planned' THEN json_object('kind', 'dry_run', 'of',
            CASE WHEN cause = 'dry-run deletions' THEN json_object('kind', 'deletions', 'pipeline', pipeline,
                'streams', (SELECT json_group_array(json_extract(s.value, '$.stream')) FROM json_each(result, '$.streams') AS s))
            ELSE json_object('kind', 'sync', 'pipeline', pipeline, 'mode', mode,
                'streams', (SELECT json_group_array(json_extract(s.value, '$.stream')) FROM json_each(result, '$.streams') AS s)) END)
        ELSE json_object('kind', 'sync', 'pipeline', pipeline, 'mode', mode,
            'streams', (SELECT json_group_array(json_extract(s.value, '$.stream')) FROM json_each(result, '$.streams') AS s))
    END;

ALTER TABLE runs DROP COLUMN cause;
CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_waiting ON runs (queued_at, id) WHERE status = 'queued';

ALTER TABLE leases RENAME COLUMN pipeline TO subject;
ALTER TABLE leases ADD COLUMN by_worker INTEGER NOT NULL DEFAULT 0;    -- 1: an interrupted run is queued again
UPDATE leases SET subject = 'pipeline:' || subject;
