-- Answers to the onboarding questions. The row is inserted with the first answer or step change.
CREATE TABLE onboarding (
    user_id            uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    step               smallint NOT NULL CHECK (step BETWEEN 1 AND 3),
    content_types      text[] NOT NULL DEFAULT '{}',
    platforms          text[] NOT NULL DEFAULT '{}',
    goals              text[] NOT NULL DEFAULT '{}',
    revenue_goal_minor bigint CHECK (revenue_goal_minor >= 0),
    currency           text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
    completed_at       timestamptz,
    updated_at         timestamptz NOT NULL
);
