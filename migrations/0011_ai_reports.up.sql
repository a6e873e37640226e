-- AI reports: performance analyses and sales strategies; the id is that of the request.
CREATE TABLE ai_reports (
    id                 uuid PRIMARY KEY REFERENCES ai_requests (id) ON DELETE CASCADE,
    -- Input of the request, and the generated report.
    request            jsonb NOT NULL,
    body               jsonb NOT NULL,
    sources            jsonb NOT NULL,
    -- Numbers in the report that do not occur in any source.
    unverified_numbers text[] NOT NULL,
    is_sandbox         boolean NOT NULL
);

-- Feedback of users on the recommendations of a report.
CREATE TABLE ai_feedback (
    report_id  uuid NOT NULL REFERENCES ai_reports (id) ON DELETE CASCADE,
    -- Index of the recommendation in the report, from 0.
    item_index smallint NOT NULL CHECK (item_index >= 0),
    is_useful  boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (report_id, item_index)
);
