-- Cache hits: completions served without a model call; they use no tokens and cost nothing.
ALTER TABLE ai_usage ADD COLUMN is_known boolean NOT NULL DEFAULT false;
ALTER TABLE ai_usage ADD CHECK (NOT is_known OR (input_tokens = 0 AND output_tokens = 0 AND cost_micro = 0));

-- Usage of a request: tokens and cost summed over its calls.
CREATE FUNCTION ai_cost(of_request uuid)
RETURNS TABLE (agents text[], models text[], input_tokens bigint, output_tokens bigint, cost_micro bigint, is_known boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT ai_usage.agent), '{}'), coalesce(array_agg(DISTINCT ai_usage.model), '{}'),
           coalesce(sum(ai_usage.input_tokens), 0)::bigint, coalesce(sum(ai_usage.output_tokens), 0)::bigint,
           coalesce(sum(ai_usage.cost_micro), 0)::bigint, coalesce(bool_and(ai_usage.is_known), false)
      FROM ai_usage WHERE ai_usage.request_id = of_request;
END;

-- Same as in 0010, with the column `is_known` added.
DROP FUNCTION ai_calls;
CREATE FUNCTION ai_calls(first_day date, last_day date, creator text, an_agent text, an_operation text, a_model text)
RETURNS TABLE (day date, user_id uuid, email text, agent text, operation text, model text, input_tokens bigint, output_tokens bigint, cost_micro bigint, is_known boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (ai_usage.created_at AT TIME ZONE 'UTC')::date, users.id, users.email, ai_usage.agent, ai_requests.operation, ai_usage.model,
           ai_usage.input_tokens, ai_usage.output_tokens, ai_usage.cost_micro, ai_usage.is_known
      FROM ai_usage
      JOIN ai_requests ON ai_requests.id = ai_usage.request_id
      JOIN users ON users.id = ai_requests.user_id
     WHERE ai_usage.created_at >= first_day::timestamp AT TIME ZONE 'UTC'
       AND ai_usage.created_at < (last_day + 1)::timestamp AT TIME ZONE 'UTC'
       AND (creator = '' OR strpos(lower(users.email), creator) > 0)
       AND (an_agent IS NULL OR ai_usage.agent = an_agent)
       AND (an_operation IS NULL OR ai_requests.operation = an_operation)
       AND (a_model = '' OR ai_usage.model = a_model);
END;
