-- As the SQLite migration of this number leaves it; comments on what is in it are there.
CREATE TABLE webhook_news (
    pipeline TEXT COLLATE "C" NOT NULL,
    stream TEXT COLLATE "C" NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (pipeline, stream)
);
