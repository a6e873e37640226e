-- Cache hits: completions served without a model call; they use no tokens and cost nothing.
ALTER TABLE ai_usage ADD COLUMN is_cache_hit boolean NOT NULL DEFAULT false;
ALTER TABLE ai_usage ADD CHECK (NOT is_cache_hit OR (input_tokens = 0 AND output_tokens = 0 AND cost_micro_usd = 0));

-- Model calls with the user and the operation of their request. The day is one of UTC.
CREATE VIEW ai_usage_details AS
SELECT (ai_usage.created_at AT TIME ZONE 'UTC')::date AS day, ai_usage.created_at, users.id AS user_id, users.email, ai_usage.agent,
       ai_requests.operation, ai_usage.model, ai_usage.input_tokens, ai_usage.output_tokens, ai_usage.cost_micro_usd, ai_usage.is_cache_hit
  FROM ai_usage
  JOIN ai_requests ON ai_requests.id = ai_usage.request_id
  JOIN users ON users.id = ai_requests.user_id;
