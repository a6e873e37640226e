-- Support for platforms besides Instagram: PKCE, refresh tokens, posts, billed APIs, and data that is kept after a disconnect.

-- PKCE code verifier (RFC 7636), and the integration that the authorization is to reconnect (NULL for a new one).
ALTER TABLE oauth_states
    ADD COLUMN code_verifier text NOT NULL DEFAULT '',
    ADD COLUMN integration_id uuid REFERENCES integrations (id) ON DELETE CASCADE;

CREATE INDEX oauth_states_integration_id_idx ON oauth_states (integration_id);

ALTER TABLE integrations
    -- Expiry of the refresh token; NULL if the platform does not state it.
    ADD COLUMN refresh_expires_at timestamptz,
    -- Set when the user disconnected the account and kept its data; such a row has no tokens.
    ADD COLUMN disconnected_at timestamptz,
    -- Number of syncs so far, failed ones included. Waiters detect by a change that a running sync has ended.
    ADD COLUMN sync_attempts bigint NOT NULL DEFAULT 0,
    ALTER COLUMN access_token DROP NOT NULL,
    ADD CONSTRAINT integrations_access_check CHECK ((access_token IS NULL) = (disconnected_at IS NOT NULL)),
    DROP CONSTRAINT integrations_account_key,
    ADD CONSTRAINT integrations_history_key UNIQUE (user_id, provider, provider_account_id);
-- Unique over all users while connected; a disconnected account can be connected by another user.
CREATE UNIQUE INDEX integrations_account_key ON integrations (provider, provider_account_id) WHERE disconnected_at IS NULL;

-- Event log of an integration, shown to its user.
CREATE TABLE integration_events (
    id             uuid PRIMARY KEY,
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    occurred_at    timestamptz NOT NULL,
    kind           text NOT NULL,
    error_kind     text
);
CREATE INDEX integration_events_integration_id_idx ON integration_events (integration_id, occurred_at DESC, id DESC);
CREATE INDEX integration_events_occurred_at_idx ON integration_events (occurred_at);

CREATE TABLE posts (
    id               uuid PRIMARY KEY,
    integration_id   uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    provider_post_id text NOT NULL,
    title            text NOT NULL,
    url              text,
    published_at     timestamptz NOT NULL,
    CONSTRAINT posts_post_key UNIQUE (integration_id, provider_post_id)
);
CREATE INDEX posts_published_at_idx ON posts (integration_id, published_at DESC);

-- Total metrics of a post: the latest values of each day. NULL means unknown, never 0.
CREATE TABLE post_snapshots (
    post_id     uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    day         date NOT NULL,
    views       bigint,
    likes       bigint,
    comments    bigint,
    shares      bigint,
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (post_id, day)
);

-- Money spent on or reserved for billed platform APIs, in millionths of a US dollar; month is its first day (UTC).
CREATE TABLE platform_spending (
    provider        text NOT NULL,
    month           date NOT NULL,
    spent_micro_usd bigint NOT NULL CHECK (spent_micro_usd >= 0),
    PRIMARY KEY (provider, month)
);
