-- Conversations with the assistant.
CREATE TABLE ai_conversations (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title         text NOT NULL,
    -- Position of the newest message. Positions are never reused, so deleted messages leave gaps.
    last_position integer NOT NULL,
    created_at    timestamptz NOT NULL,
    -- Time of the latest message.
    updated_at    timestamptz NOT NULL
);
CREATE INDEX ai_conversations_user_id_idx ON ai_conversations (user_id, updated_at DESC);

CREATE TABLE ai_messages (
    id                 uuid PRIMARY KEY,
    conversation_id    uuid NOT NULL REFERENCES ai_conversations (id) ON DELETE CASCADE,
    -- Position in the conversation, from 1.
    position           integer NOT NULL,
    role               text NOT NULL CHECK (role IN ('user', 'assistant')),
    text               text NOT NULL,
    state              text NOT NULL CHECK (state IN ('generating', 'complete', 'stopped', 'failed')),
    -- Why the answer is incomplete: a sentence for the user. NULL if it is complete.
    error              text,
    -- Request of an answer. The request stays in the ledger when the conversation is deleted.
    request_id         uuid REFERENCES ai_requests (id) ON DELETE SET NULL,
    agents             text[] NOT NULL DEFAULT '{}',
    sources            jsonb NOT NULL DEFAULT '[]',
    -- Numbers in the text that do not occur in any source.
    unverified_numbers text[] NOT NULL DEFAULT '{}',
    is_sandbox         boolean NOT NULL DEFAULT false,
    -- End of the lease of a generating answer; after it the process that generates is considered dead.
    leased_until       timestamptz,
    -- Set when the user requests a stop.
    stop_requested     boolean NOT NULL DEFAULT false,
    created_at         timestamptz NOT NULL,
    UNIQUE (conversation_id, position)
);
CREATE INDEX ai_messages_request_id_idx ON ai_messages (request_id);
-- At most one answer is generated per conversation at a time.
CREATE UNIQUE INDEX ai_messages_generating_idx ON ai_messages (conversation_id) WHERE state = 'generating';
