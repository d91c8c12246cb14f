-- As the SQLite migration of this number leaves it; comments on what is in it are there.
ALTER TABLE quarantine ADD COLUMN next_act TEXT;
ALTER TABLE quarantine ADD COLUMN next_of TEXT;
ALTER TABLE quarantine_settled ADD COLUMN next_act TEXT;
ALTER TABLE quarantine_settled ADD COLUMN next_of TEXT;
