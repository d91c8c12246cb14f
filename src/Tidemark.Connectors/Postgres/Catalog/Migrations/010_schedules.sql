-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE schedules (
    pipeline TEXT COLLATE "C" NOT NULL,
    entry TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    last_run TEXT COLLATE "C",
    PRIMARY KEY (pipeline, entry)
);

ALTER TABLE runs ADD COLUMN due_at BIGINT;
ALTER TABLE runs ADD COLUMN missed BIGINT NOT NULL DEFAULT 0;
