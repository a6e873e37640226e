-- Partner service that returns a user's earnings for the user's own API key.

CREATE TABLE partner_connections (
    id                   uuid PRIMARY KEY,
    user_id              uuid NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    -- Id of the account at the partner service.
    account              text NOT NULL,
    -- Encrypted; row id and column are authenticated as associated data.
    api_key              bytea NOT NULL,
    last_ok_at           timestamptz,
    last_error_kind      text,
    consecutive_failures integer NOT NULL DEFAULT 0,
    -- NULL while the user must act before the next sync.
    next_sync_at         timestamptz,
    -- End of the lease held by the worker that syncs the row.
    leased_until         timestamptz,
    -- First and last day for which earnings were synced, both inclusive.
    first_day            date,
    last_day             date
);
CREATE INDEX partner_connections_due_idx ON partner_connections (next_sync_at);

-- Earnings reported by the partner service. They count only for days that no statement covers.
CREATE TABLE partner_earnings (
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    transaction_id text NOT NULL,
    occurred_at    timestamptz NOT NULL,
    -- UTC day of `occurred_at`.
    day            date NOT NULL,
    kind           text NOT NULL,
    amount_minor   bigint NOT NULL,
    currency       text NOT NULL,
    description    text NOT NULL,
    PRIMARY KEY (user_id, transaction_id)
);
CREATE INDEX partner_earnings_day_idx ON partner_earnings (user_id, day) INCLUDE (currency, amount_minor);
