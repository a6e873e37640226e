-- Cache hits: completions served without a model call; they use no tokens and cost nothing.
ALTER TABLE ai_usage ADD COLUMN is_cache_hit boolean NOT NULL DEFAULT false;
ALTER TABLE ai_usage ADD CHECK (NOT is_cache_hit OR (input_tokens = 0 AND output_tokens = 0 AND cost_micro_usd = 0));

-- Usage of a request: tokens and cost summed over its calls.
CREATE FUNCTION ai_request_usage(request_id uuid)
RETURNS TABLE (agents text[], models text[], input_tokens bigint, output_tokens bigint, cost_micro_usd bigint, is_cache_hit boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT ai_usage.agent), '{}'), coalesce(array_agg(DISTINCT ai_usage.model), '{}'),
           coalesce(sum(ai_usage.input_tokens), 0)::bigint, coalesce(sum(ai_usage.output_tokens), 0)::bigint,
           coalesce(sum(ai_usage.cost_micro_usd), 0)::bigint, coalesce(bool_and(ai_usage.is_cache_hit), false)
      FROM ai_usage WHERE ai_usage.request_id = ai_request_usage.request_id;
END;

-- Same as in 0010, with the column `is_cache_hit` added.
DROP FUNCTION ai_usage_between;
CREATE FUNCTION ai_usage_between(first_day date, last_day date, email_contains text, agent_filter text, operation_filter text, model_filter text)
RETURNS TABLE (day date, user_id uuid, email text, agent text, operation text, model text, input_tokens bigint, output_tokens bigint, cost_micro_usd bigint, is_cache_hit boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (ai_usage.created_at AT TIME ZONE 'UTC')::date, users.id, users.email, ai_usage.agent, ai_requests.operation, ai_usage.model,
           ai_usage.input_tokens, ai_usage.output_tokens, ai_usage.cost_micro_usd, ai_usage.is_cache_hit
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
