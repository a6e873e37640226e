-- A partner service that reads earnings with a key of the creator's own.

CREATE TABLE partner_links (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    -- The partner's name of it.
    account      text NOT NULL,
    -- Encrypted, bound to this row and column.
    api_key      bytea NOT NULL,
    last_ok_at   timestamptz,
    last_error   text,
    failures     integer NOT NULL DEFAULT 0,
    -- NULL while only the creator can mend it.
    next_read_at timestamptz,
    -- Who reads it holds it until then.
    leased_until timestamptz,
    -- The days from the one to the other, both among them, were read.
    covers_from  date,
    covers_until date
);
CREATE INDEX partner_links_due_idx ON partner_links (next_read_at);

-- What the partner tells. It counts where no statement covers the day.
CREATE TABLE partner_earnings (
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    transaction_id text NOT NULL,
    at             timestamptz NOT NULL,
    -- Of `at`, UTC.
    day            date NOT NULL,
    kind           text NOT NULL,
    amount_minor   bigint NOT NULL,
    currency       text NOT NULL,
    description    text NOT NULL,
    PRIMARY KEY (user_id, transaction_id)
);
CREATE INDEX partner_earnings_day_idx ON partner_earnings (user_id, day) INCLUDE (currency, amount_minor);
