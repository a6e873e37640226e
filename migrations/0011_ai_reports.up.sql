-- Structured answers: analyses and sales strategies; the id is that of the request.
CREATE TABLE ai_reports (
    id         uuid PRIMARY KEY REFERENCES ai_requests (id) ON DELETE CASCADE,
    -- What was asked for, and the answer.
    request    jsonb NOT NULL,
    body       jsonb NOT NULL,
    sources    jsonb NOT NULL,
    -- Numbers in it that are in no source.
    unverified text[] NOT NULL,
    is_sandbox boolean NOT NULL
);

-- What creators think of their recommendations.
CREATE TABLE ai_feedback (
    report_id  uuid NOT NULL REFERENCES ai_reports (id) ON DELETE CASCADE,
    -- Its place in the report, from 0.
    item       smallint NOT NULL CHECK (item >= 0),
    is_useful  boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (report_id, item)
);
