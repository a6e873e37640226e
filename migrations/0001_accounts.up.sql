-- User accounts, their sessions, mailed links and audit events. Timestamps come from the application's clock.

CREATE TABLE users (
    id                uuid PRIMARY KEY,
    email             text NOT NULL CONSTRAINT users_email_key UNIQUE CHECK (email = lower(email)),
    password_hash     text NOT NULL,
    name              text,
    role              text NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'ADMIN')),
    plan              text NOT NULL DEFAULT 'FREE' CHECK (plan IN ('FREE', 'PRO', 'PREMIUM')),
    email_verified_at timestamptz,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL
);

CREATE TABLE sessions (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token in the cookie. Only the hash is stored, so a leaked table cannot be used to sign in.
    token_hash    bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    is_persistent boolean NOT NULL,
    ip            text NOT NULL,
    user_agent    text,
    created_at    timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Tokens of mailed links. At most one per user and purpose: a new link replaces the previous one.
CREATE TABLE email_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT email_tokens_user_id_purpose_key UNIQUE (user_id, purpose)
);
CREATE INDEX email_tokens_expires_at_idx ON email_tokens (expires_at);

-- Audit log. Rows outlive the account they refer to; user_id is then NULL.
CREATE TABLE audit_events (
    id         uuid PRIMARY KEY,
    user_id    uuid REFERENCES users (id) ON DELETE SET NULL,
    kind       text NOT NULL,
    ip         text NOT NULL,
    user_agent text,
    request_id text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX audit_events_user_id_idx ON audit_events (user_id, created_at DESC);
CREATE INDEX audit_events_created_at_idx ON audit_events (created_at);
