DROP TABLE platform_spending, post_snapshots, posts, integration_events;
-- The previous schema cannot represent disconnected integrations.
DELETE FROM integrations WHERE disconnected_at IS NOT NULL;
DROP INDEX integrations_account_key;
ALTER TABLE integrations
    DROP CONSTRAINT integrations_history_key,
    DROP CONSTRAINT integrations_access_check,
    ALTER COLUMN access_token SET NOT NULL,
    DROP COLUMN sync_attempts,
    DROP COLUMN disconnected_at,
    DROP COLUMN refresh_expires_at,
    ADD CONSTRAINT integrations_account_key UNIQUE (provider, provider_account_id);
ALTER TABLE oauth_states DROP COLUMN integration_id, DROP COLUMN code_verifier;
