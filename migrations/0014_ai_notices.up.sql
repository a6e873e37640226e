-- A creator who takes a larger plan in the middle of a month is told of its end, too: a notice belongs to a limit.
ALTER TABLE ai_quota_notices ADD COLUMN requests bigint NOT NULL DEFAULT 0;
ALTER TABLE ai_quota_notices ALTER COLUMN requests DROP DEFAULT, DROP CONSTRAINT ai_quota_notices_pkey,
    ADD PRIMARY KEY (user_id, month, requests, level);
COMMENT ON COLUMN ai_quota_notices.requests IS 'How many requests the month had then; 0 where that was not noted.';
