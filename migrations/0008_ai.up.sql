-- What AI is asked for, and what that comes to.

-- The ledger: a request is reserved before a model is asked. Afterwards it is settled, and counts; or released, and does not.
CREATE TABLE ai_requests (
    id             uuid PRIMARY KEY,
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Its first day, UTC: the month in which it was reserved, whenever it ends.
    month          date NOT NULL,
    operation      text NOT NULL,
    state          text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'released')),
    -- A reservation whose process died is over then.
    reserved_until timestamptz NOT NULL,
    created_at     timestamptz NOT NULL
);
CREATE INDEX ai_requests_user_id_idx ON ai_requests (user_id, month) INCLUDE (state, reserved_until);

-- Each call of a model. It is here whether its request counts or not: the model is paid for both.
CREATE TABLE ai_usage (
    id            uuid PRIMARY KEY,
    request_id    uuid NOT NULL REFERENCES ai_requests (id) ON DELETE CASCADE,
    agent         text NOT NULL,
    model         text NOT NULL,
    input_tokens  bigint NOT NULL CHECK (input_tokens >= 0),
    -- Thoughts among them.
    output_tokens bigint NOT NULL CHECK (output_tokens >= 0),
    -- Millionths of a dollar.
    cost_micro    bigint NOT NULL CHECK (cost_micro >= 0),
    created_at    timestamptz NOT NULL
);
CREATE INDEX ai_usage_request_id_idx ON ai_usage (request_id);

-- Captions that were written; the id is that of the request.
CREATE TABLE ai_captions (
    id         uuid PRIMARY KEY REFERENCES ai_requests (id) ON DELETE CASCADE,
    -- What was asked for, and the variants.
    request    jsonb NOT NULL,
    variants   jsonb NOT NULL,
    is_sandbox boolean NOT NULL
);
