-- Earnings: uploaded statements and manually entered daily totals.

CREATE TABLE statements (
    id               uuid PRIMARY KEY,
    user_id          uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    file_name        text NOT NULL,
    -- SHA-256 of the file.
    file_hash        bytea NOT NULL CHECK (length(file_hash) = 32),
    header           text[] NOT NULL,
    -- Delimiter byte.
    delimiter        smallint NOT NULL,
    -- Number of records above the first data row.
    preamble_records integer NOT NULL,
    column_mapping   jsonb NOT NULL,
    -- Parse summary of the rows under this mapping.
    parse_summary    jsonb NOT NULL,
    state            text NOT NULL,
    uploaded_at      timestamptz NOT NULL,
    queued_at        timestamptz,
    imported_at      timestamptz,
    -- Number of rows processed, and number of entries added.
    rows_processed   integer NOT NULL DEFAULT 0,
    entries_added    integer NOT NULL DEFAULT 0,
    attempts         integer NOT NULL DEFAULT 0,
    -- End of the importer's lease, or of the delay before a retry.
    leased_until     timestamptz,
    -- First and last covered day, both inclusive. Within the range, a day without an entry has earnings of 0.
    first_day        date,
    last_day         date,
    -- Exception: days with a row that could not be parsed, which are incomplete.
    incomplete_days  date[] NOT NULL DEFAULT '{}',
    CONSTRAINT statements_coverage_check CHECK ((imported_at IS NULL) = (first_day IS NULL) AND (first_day IS NULL) = (last_day IS NULL))
);
CREATE INDEX statements_user_id_idx ON statements (user_id, uploaded_at DESC);
CREATE INDEX statements_waiting_idx ON statements (queued_at) WHERE state IN ('queued', 'importing');

-- Contents of the uploaded file, in chunks.
CREATE TABLE statement_chunks (
    statement_id uuid NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    chunk_index  integer NOT NULL,
    data         bytea NOT NULL,
    PRIMARY KEY (statement_id, chunk_index)
);

-- Column mapping that the user last confirmed for statements with this header, reused for the next upload.
CREATE TABLE statement_column_mappings (
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the column names.
    header_hash    bytea NOT NULL CHECK (length(header_hash) = 32),
    column_mapping jsonb NOT NULL,
    PRIMARY KEY (user_id, header_hash)
);

-- Entries in minor units; negative for refunds. The fingerprint identifies the same entry in several statements.
CREATE TABLE earnings (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    fingerprint  bytea NOT NULL CHECK (length(fingerprint) = 16),
    occurred_at  timestamptz NOT NULL,
    -- UTC day of `occurred_at`.
    day          date NOT NULL,
    kind         text NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    description  text NOT NULL,
    PRIMARY KEY (user_id, fingerprint)
);
CREATE INDEX earnings_day_idx ON earnings (user_id, day) INCLUDE (currency, amount_minor);

-- Statements that contain an entry. An entry is deleted with the last statement that contains it.
CREATE TABLE statement_entries (
    statement_id uuid NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    user_id      uuid NOT NULL,
    fingerprint  bytea NOT NULL,
    PRIMARY KEY (user_id, fingerprint, statement_id)
);
CREATE INDEX statement_entries_statement_id_idx ON statement_entries (statement_id);

-- Daily totals entered by the user. They count only for days that no statement or partner sync covers.
CREATE TABLE daily_totals (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day          date NOT NULL,
    currency     text NOT NULL,
    amount_minor bigint NOT NULL,
    entered_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, day, currency)
);
