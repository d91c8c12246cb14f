-- What went wrong is found among millions of lines without reading them. A query uses it where it has the very same condition.
CREATE INDEX run_logs_wrong ON run_logs (run, seq) WHERE level IN ('warning', 'error');
