-- Keeps only the first notice of each threshold.
DELETE FROM ai_quota_notices AS later USING ai_quota_notices AS first
 WHERE first.user_id = later.user_id AND first.month = later.month AND first.threshold_percent = later.threshold_percent AND first.quota < later.quota;
ALTER TABLE ai_quota_notices DROP CONSTRAINT ai_quota_notices_pkey, DROP COLUMN quota, ADD PRIMARY KEY (user_id, month, threshold_percent);
