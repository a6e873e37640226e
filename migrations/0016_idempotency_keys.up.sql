-- Answers to requests that may be sent twice; a second one gets the answer of the first.
CREATE TABLE idempotency_keys (
    -- Digest of the user and the key.
    key_hash bytea PRIMARY KEY CHECK (octet_length(key_hash) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Digest of the request.
    request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
    -- NULL while the request is being answered.
    status smallint,
    content_type text,
    location text,
    body bytea,
    created_at timestamptz NOT NULL
);

CREATE INDEX idempotency_keys_user_id_idx ON idempotency_keys (user_id);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
