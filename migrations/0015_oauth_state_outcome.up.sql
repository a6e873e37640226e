-- What became of a consent: a second callback of it leads to the account that the first one has connected.
ALTER TABLE oauth_states
    ADD COLUMN is_finished boolean NOT NULL DEFAULT false,
    ADD COLUMN connected_integration_id uuid REFERENCES integrations (id) ON DELETE SET NULL;

CREATE INDEX oauth_states_connected_integration_id_idx ON oauth_states (connected_integration_id);
