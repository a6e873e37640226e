-- What platforms besides Instagram need: proof of who left, tokens that are renewed with another, posts, and a history that may outlive its
-- connection.

-- PKCE (RFC 7636), and the account that a visit is to reconnect.
ALTER TABLE oauth_states
    ADD COLUMN verifier text NOT NULL DEFAULT '',
    ADD COLUMN integration_id uuid REFERENCES integrations (id) ON DELETE CASCADE;

CREATE INDEX oauth_states_integration_id_idx ON oauth_states (integration_id);

ALTER TABLE integrations
    -- When the refresh token ends; NULL where the platform does not say.
    ADD COLUMN refresh_expires_at timestamptz,
    -- Set where the creator let go of the account and kept its history: then there are no tokens.
    ADD COLUMN disconnected_at timestamptz,
    -- Readings so far, those that failed among them: who waited for one under way sees that it is over.
    ADD COLUMN readings bigint NOT NULL DEFAULT 0,
    ALTER COLUMN access_token DROP NOT NULL,
    ADD CONSTRAINT integrations_access_check CHECK ((access_token IS NULL) = (disconnected_at IS NOT NULL)),
    DROP CONSTRAINT integrations_account_key,
    ADD CONSTRAINT integrations_history_key UNIQUE (user_id, provider, provider_account_id);
-- One account, one owner, over all of Huntaze; who let go of it owns it no more.
CREATE UNIQUE INDEX integrations_account_key ON integrations (provider, provider_account_id) WHERE disconnected_at IS NULL;

-- What happened to an account, for its owner to read.
CREATE TABLE integration_events (
    id             uuid PRIMARY KEY,
    integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    at             timestamptz NOT NULL,
    kind           text NOT NULL,
    failure        text
);
CREATE INDEX integration_events_integration_id_idx ON integration_events (integration_id, at DESC, id DESC);
CREATE INDEX integration_events_at_idx ON integration_events (at);

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

-- What a post had come to: the newest totals of each day. NULL is unknown, never 0.
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

-- What was paid to platforms that ask for money, or is about to be. In millionths of a dollar; the month's first day, UTC.
CREATE TABLE platform_spending (
    provider     text NOT NULL,
    month        date NOT NULL,
    micro_dollars bigint NOT NULL CHECK (micro_dollars >= 0),
    PRIMARY KEY (provider, month)
);
