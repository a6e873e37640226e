-- Keeps only the first notice of each level.
DELETE FROM ai_quota_notices AS later USING ai_quota_notices AS first
 WHERE first.user_id = later.user_id AND first.month = later.month AND first.level = later.level AND first.requests < later.requests;
ALTER TABLE ai_quota_notices DROP CONSTRAINT ai_quota_notices_pkey, DROP COLUMN requests, ADD PRIMARY KEY (user_id, month, level);
