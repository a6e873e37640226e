-- Integrations (connected platform accounts), their OAuth tokens and their daily metrics.

CREATE TABLE integrations (
    id                   uuid PRIMARY KEY,
    user_id              uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider             text NOT NULL,
    provider_account_id  text NOT NULL,
    account_name         text NOT NULL,
    scopes               text[] NOT NULL,
    -- Encrypted; row id and column are authenticated as associated data.
    access_token         bytea NOT NULL,
    refresh_token        bytea,
    token_issued_at      timestamptz NOT NULL,
    expires_at           timestamptz,
    connected_at         timestamptz NOT NULL,
    -- The status is derived from the following columns, never stored.
    last_ok_at           timestamptz,
    last_error_kind      text,
    consecutive_failures integer NOT NULL DEFAULT 0,
    -- Number of consecutive syncs that missed a day.
    incomplete_syncs     integer NOT NULL DEFAULT 0,
    -- NULL while the user must act before the next sync.
    next_sync_at         timestamptz,
    -- End of the lease: until then only the worker that claimed the row may sync it. NULL if it is not claimed.
    leased_until         timestamptz,
    -- Half-open range of days whose metrics have been requested.
    synced_from          date,
    synced_until         date,
    -- A platform account belongs to at most one user.
    CONSTRAINT integrations_account_key UNIQUE (provider, provider_account_id)
);
CREATE INDEX integrations_user_id_idx ON integrations (user_id);
CREATE INDEX integrations_due_idx ON integrations (next_sync_at);

-- Pending OAuth authorizations. The callback must come from the session that started the authorization.
CREATE TABLE oauth_states (
    state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    provider   text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX oauth_states_session_id_idx ON oauth_states (session_id);
CREATE INDEX oauth_states_expires_at_idx ON oauth_states (expires_at);

-- Follower counts: the latest count of each day.
CREATE TABLE audience_snapshots (
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    day            date NOT NULL,
    followers      bigint NOT NULL,
    captured_at    timestamptz NOT NULL,
    -- Sums over days read the index alone.
    PRIMARY KEY (integration_id, day) INCLUDE (followers, captured_at)
);

-- Metrics of one whole UTC day. NULL and a missing row both mean unknown, never 0.
CREATE TABLE daily_insights (
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    day            date NOT NULL,
    views          bigint,
    reach          bigint,
    interactions   bigint,
    captured_at    timestamptz NOT NULL,
    PRIMARY KEY (integration_id, day) INCLUDE (views, reach, interactions, captured_at)
);
