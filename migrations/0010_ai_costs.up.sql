-- AI costs: usage by period, monthly charges, quota notices and AI settings.
CREATE INDEX ai_usage_created_at_idx ON ai_usage (created_at);
CREATE INDEX ai_requests_month_idx ON ai_requests (month);

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
