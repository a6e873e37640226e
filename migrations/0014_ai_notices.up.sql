-- A notice belongs to a quota: a user who changes to a larger plan during a month is notified again at the new quota. `quota` is its size
-- at the time of the notice. The default is for processes of the previous version that are still running.
ALTER TABLE ai_quota_notices ADD COLUMN quota bigint NOT NULL DEFAULT 0;
UPDATE ai_quota_notices SET quota = CASE plan WHEN 'PRO' THEN 1000 ELSE 100 END FROM users WHERE users.id = user_id;
ALTER TABLE ai_quota_notices DROP CONSTRAINT ai_quota_notices_pkey, ADD PRIMARY KEY (user_id, month, quota, threshold_percent);
