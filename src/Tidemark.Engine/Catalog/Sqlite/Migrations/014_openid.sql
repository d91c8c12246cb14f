-- Who a user is at the OpenID provider: its issuer, a space, and the subject there. NULL for who has never come from there.
ALTER TABLE users ADD COLUMN subject TEXT;

CREATE UNIQUE INDEX users_by_subject ON users (subject);
