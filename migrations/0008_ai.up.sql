-- AI requests, model calls and captions.

-- Request ledger. A request is reserved before a model is called, then settled (it counts towards the quota) or released (it does not).
CREATE TABLE ai_requests (
    id             uuid PRIMARY KEY,
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- First day (UTC) of the month in which the request was reserved, whenever it ends.
    month          date NOT NULL,
    operation      text NOT NULL,
    state          text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'released')),
    -- Expiry of the reservation, in case the process dies before it settles or releases it.
    reserved_until timestamptz NOT NULL,
    created_at     timestamptz NOT NULL
);
CREATE INDEX ai_requests_user_id_idx ON ai_requests (user_id, month) INCLUDE (state, reserved_until);

-- Requests that count against the quota of a month, and until when: a reservation counts until it expires.
CREATE VIEW ai_quota_requests AS
SELECT user_id, month, CASE state WHEN 'settled' THEN 'infinity' ELSE reserved_until END AS counts_until
  FROM ai_requests WHERE state <> 'released';

-- Model calls. Recorded whether or not the request counts, because the vendor bills both.
CREATE TABLE ai_usage (
    id             uuid PRIMARY KEY,
    request_id     uuid NOT NULL REFERENCES ai_requests (id) ON DELETE CASCADE,
    agent          text NOT NULL,
    model          text NOT NULL,
    input_tokens   bigint NOT NULL CHECK (input_tokens >= 0),
    -- Thinking tokens included.
    output_tokens  bigint NOT NULL CHECK (output_tokens >= 0),
    -- Millionths of a US dollar.
    cost_micro_usd bigint NOT NULL CHECK (cost_micro_usd >= 0),
    created_at     timestamptz NOT NULL
);
CREATE INDEX ai_usage_request_id_idx ON ai_usage (request_id);

-- Generated captions; the id is that of the request.
CREATE TABLE ai_captions (
    id         uuid PRIMARY KEY REFERENCES ai_requests (id) ON DELETE CASCADE,
    -- Input of the request, and the generated variants.
    request    jsonb NOT NULL,
    variants   jsonb NOT NULL,
    is_sandbox boolean NOT NULL
);
