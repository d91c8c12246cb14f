-- As the SQLite migration of this number leaves it; comments on what is in it are there.
ALTER TABLE users ADD COLUMN subject TEXT COLLATE "C";

CREATE UNIQUE INDEX users_by_subject ON users (subject);
