-- What vendors have told by their webhooks, and no run has been queued for yet.
CREATE TABLE webhook_news (
    pipeline TEXT NOT NULL,
    stream TEXT NOT NULL,                                              -- '' for every stream of the pipeline
    first_at INTEGER NOT NULL,
    PRIMARY KEY (pipeline, stream)
) WITHOUT ROWID;
