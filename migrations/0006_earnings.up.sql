-- Money that was earned: statements, as they were uploaded, and daily totals, as they were entered.

CREATE TABLE statements (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    file_name    text NOT NULL,
    -- SHA-256 of the file.
    file_hash    bytea NOT NULL CHECK (length(file_hash) = 32),
    header       text[] NOT NULL,
    -- One byte.
    delimiter    smallint NOT NULL,
    -- Records of the file above its first row.
    skipped      integer NOT NULL,
    mapping      jsonb NOT NULL,
    -- What the rows come to with this mapping.
    scan         jsonb NOT NULL,
    state        text NOT NULL,
    uploaded_at  timestamptz NOT NULL,
    queued_at    timestamptz,
    imported_at  timestamptz,
    -- Rows that were read, and entries that were added.
    progress     integer NOT NULL DEFAULT 0,
    added        integer NOT NULL DEFAULT 0,
    attempts     integer NOT NULL DEFAULT 0,
    -- Who imports it holds it until then.
    leased_until timestamptz,
    -- The days from the one to the other, both among them; a day between without a row brought nothing.
    covers_from  date,
    covers_until date,
    -- But for these: a row of them could not be read.
    unread_days  date[] NOT NULL DEFAULT '{}',
    CONSTRAINT statements_coverage_check CHECK ((imported_at IS NULL) = (covers_from IS NULL) AND (covers_from IS NULL) = (covers_until IS NULL))
);
CREATE INDEX statements_user_id_idx ON statements (user_id, uploaded_at DESC);
CREATE INDEX statements_waiting_idx ON statements (queued_at) WHERE state IN ('queued', 'importing');

-- The file, in pieces.
CREATE TABLE statement_chunks (
    statement_id uuid NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    number       integer NOT NULL,
    bytes        bytea NOT NULL,
    PRIMARY KEY (statement_id, number)
);

-- What the creator said of the columns of statements with this header, for the next one.
CREATE TABLE statement_mappings (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the names of its columns.
    header_hash bytea NOT NULL CHECK (length(header_hash) = 32),
    mapping     jsonb NOT NULL,
    PRIMARY KEY (user_id, header_hash)
);

-- What was earned, or taken back: in minor units, below 0 then. The fingerprint tells what is the same in two statements.
CREATE TABLE earnings (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    fingerprint  bytea NOT NULL CHECK (length(fingerprint) = 16),
    at           timestamptz NOT NULL,
    -- Of `at`, UTC.
    day          date NOT NULL,
    kind         text NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    description  text NOT NULL,
    PRIMARY KEY (user_id, fingerprint)
);
CREATE INDEX earnings_day_idx ON earnings (user_id, day) INCLUDE (currency, amount_minor);

-- Which statements say so. What no statement says any more goes with the last one that did.
CREATE TABLE statement_entries (
    statement_id uuid NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    user_id      uuid NOT NULL,
    fingerprint  bytea NOT NULL,
    PRIMARY KEY (user_id, fingerprint, statement_id)
);
CREATE INDEX statement_entries_statement_id_idx ON statement_entries (statement_id);

-- What a creator says a day came to. It counts where no statement covers the day.
CREATE TABLE daily_totals (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day          date NOT NULL,
    currency     text NOT NULL,
    amount_minor bigint NOT NULL,
    entered_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, day, currency)
);
