-- What a person may do about a record, where that is known: an act, e.g. read_everything, and what it is done with.
ALTER TABLE quarantine ADD COLUMN next_act TEXT;
ALTER TABLE quarantine ADD COLUMN next_of TEXT;
ALTER TABLE quarantine_settled ADD COLUMN next_act TEXT;
ALTER TABLE quarantine_settled ADD COLUMN next_of TEXT;
