ALTER TABLE oauth_states DROP COLUMN connected_integration_id, DROP COLUMN is_finished;
