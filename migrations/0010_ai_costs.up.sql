-- AI costs: usage by period, monthly charges, quota notices and AI settings.
CREATE INDEX ai_usage_created_at_idx ON ai_usage (created_at);
CREATE INDEX ai_requests_month_idx ON ai_requests (month);

-- Model calls of a range of days (UTC, both inclusive) that match the filters; an empty text or NULL matches everything.
CREATE FUNCTION ai_usage_between(first_day date, last_day date, email_contains text, agent_filter text, operation_filter text, model_filter text)
RETURNS TABLE (day date, user_id uuid, email text, agent text, operation text, model text, input_tokens bigint, output_tokens bigint, cost_micro_usd bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (ai_usage.created_at AT TIME ZONE 'UTC')::date, users.id, users.email, ai_usage.agent, ai_requests.operation, ai_usage.model,
           ai_usage.input_tokens, ai_usage.output_tokens, ai_usage.cost_micro_usd
      FROM ai_usage
      JOIN ai_requests ON ai_requests.id = ai_usage.request_id
      JOIN users ON users.id = ai_requests.user_id
     WHERE ai_usage.created_at >= first_day::timestamp AT TIME ZONE 'UTC'
       AND ai_usage.created_at < (last_day + 1)::timestamp AT TIME ZONE 'UTC'
       AND (email_contains = '' OR strpos(lower(users.email), email_contains) > 0)
       AND (agent_filter IS NULL OR ai_usage.agent = agent_filter)
       AND (operation_filter IS NULL OR ai_requests.operation = operation_filter)
       AND (model_filter = '' OR ai_usage.model = model_filter);
END;

-- Charge of a user for a month. Recomputing it yields the sum of the month's calls, so the job is idempotent.
CREATE TABLE ai_monthly_charges (
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- First day of the month (UTC).
    month          date NOT NULL,
    -- Settled requests only.
    requests       bigint NOT NULL,
    input_tokens   bigint NOT NULL,
    output_tokens  bigint NOT NULL,
    -- Cost of all calls, in millionths of a US dollar.
    cost_micro_usd bigint NOT NULL,
    computed_at    timestamptz NOT NULL,
    PRIMARY KEY (user_id, month)
);

-- Quota notices that were sent, at most one per user, month and threshold.
CREATE TABLE ai_quota_notices (
    user_id           uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    month             date NOT NULL,
    -- Percentage of the quota.
    threshold_percent smallint NOT NULL CHECK (threshold_percent IN (80, 100)),
    sent_at           timestamptz NOT NULL,
    PRIMARY KEY (user_id, month, threshold_percent)
);

-- AI settings of a user.
CREATE TABLE ai_settings (
    user_id               uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Monthly cost limit for plans without a request quota, in millionths of a US dollar. NULL for none.
    monthly_cap_micro_usd bigint CHECK (monthly_cap_micro_usd >= 0),
    -- Writing style: sample texts and banned words.
    voice_samples         text[] NOT NULL DEFAULT '{}',
    banned_words          text[] NOT NULL DEFAULT '{}'
);
