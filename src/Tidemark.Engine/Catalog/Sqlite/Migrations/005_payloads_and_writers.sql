-- Payloads are bytes, which may hold a NUL; a text ends at its first for the driver. The columns' declared type means nothing here.
UPDATE quarantine SET payload = CAST(payload AS BLOB);
UPDATE quarantine_settled SET payload = CAST(payload AS BLOB);

-- The later runs that have written a table, for verifying an earlier one.
CREATE INDEX runs_that_wrote ON runs (pipeline, started_at DESC) WHERE created + updated + deleted > 0;
