-- What each schedule that is not paused has dealt with: everything that was due up to `until`. Whoever moves it starts the run, so that
-- of many servers one does. Pipeline '' is the catalog itself.
CREATE TABLE schedules (
    pipeline TEXT NOT NULL,
    entry TEXT NOT NULL,                                               -- e.g. sync 0 2 * * * Europe/Berlin, or after orders
    since INTEGER NOT NULL,                                            -- when it was saved or resumed
    until INTEGER NOT NULL,
    last_run TEXT,
    PRIMARY KEY (pipeline, entry)
) WITHOUT ROWID;

ALTER TABLE runs ADD COLUMN due_at INTEGER;                            -- when its schedule wanted it
ALTER TABLE runs ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;         -- how many times of its schedule it makes up for
