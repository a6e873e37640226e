-- Accounts at platforms, what proves that we may read them, and what was read.

CREATE TABLE integrations (
    id                  uuid PRIMARY KEY,
    user_id             uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider            text NOT NULL,
    provider_account_id text NOT NULL,
    account_name        text NOT NULL,
    scopes              text[] NOT NULL,
    -- Encrypted, bound to this row and column.
    access_token        bytea NOT NULL,
    refresh_token       bytea,
    token_issued_at     timestamptz NOT NULL,
    expires_at          timestamptz,
    connected_at        timestamptz NOT NULL,
    -- The status follows from these: it is never stored.
    last_ok_at          timestamptz,
    last_error          text,
    failures            integer NOT NULL DEFAULT 0,
    -- Readings in a row that missed a day.
    missed              integer NOT NULL DEFAULT 0,
    -- NULL while only the creator can mend it.
    next_sync_at        timestamptz,
    -- Who reads the account holds it until then; nobody else does.
    leased_until        timestamptz,
    -- The days from the one up to the other, which is not among them, were asked for.
    history_from        date,
    read_until          date,
    -- One account, one owner, over all of Huntaze.
    CONSTRAINT integrations_account_key UNIQUE (provider, provider_account_id)
);
CREATE INDEX integrations_user_id_idx ON integrations (user_id);
CREATE INDEX integrations_due_idx ON integrations (next_sync_at);

-- A visit to a platform that is under way: what comes back must belong to the session that left.
CREATE TABLE oauth_states (
    state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    provider   text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX oauth_states_session_id_idx ON oauth_states (session_id);
CREATE INDEX oauth_states_expires_at_idx ON oauth_states (expires_at);

-- How many follow an account: the newest count of each day.
CREATE TABLE audience_snapshots (
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    day            date NOT NULL,
    followers      bigint NOT NULL,
    captured_at    timestamptz NOT NULL,
    PRIMARY KEY (integration_id, day)
);

-- What happened on one whole UTC day. NULL is unknown, never 0; a day without a row is unknown, too.
CREATE TABLE daily_insights (
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    day            date NOT NULL,
    views          bigint,
    reach          bigint,
    interactions   bigint,
    captured_at    timestamptz NOT NULL,
    PRIMARY KEY (integration_id, day)
);
