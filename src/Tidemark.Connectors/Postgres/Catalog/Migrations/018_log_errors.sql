-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE INDEX run_logs_wrong ON run_logs (run, seq) WHERE level IN ('warning', 'error');
