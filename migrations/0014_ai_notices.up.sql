-- A creator who takes a larger plan in the middle of a month is told of its end, too: a notice belongs to a limit.
-- How many requests the month had then. The default is for a process of the version before, as long as one runs.
ALTER TABLE ai_quota_notices ADD COLUMN requests bigint NOT NULL DEFAULT 0;
UPDATE ai_quota_notices SET requests = CASE plan WHEN 'PRO' THEN 1000 ELSE 100 END FROM users WHERE users.id = user_id;
ALTER TABLE ai_quota_notices DROP CONSTRAINT ai_quota_notices_pkey, ADD PRIMARY KEY (user_id, month, requests, level);
