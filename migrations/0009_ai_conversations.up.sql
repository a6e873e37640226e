-- Conversations with the assistant.
CREATE TABLE ai_conversations (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title       text NOT NULL,
    -- Position of the newest message. Positions are never reused, so deleted messages leave gaps.
    last_number integer NOT NULL,
    created_at  timestamptz NOT NULL,
    -- Time of the latest message.
    updated_at  timestamptz NOT NULL
);
CREATE INDEX ai_conversations_user_id_idx ON ai_conversations (user_id, updated_at DESC);

CREATE TABLE ai_messages (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES ai_conversations (id) ON DELETE CASCADE,
    -- Position in the conversation, from 1.
    number          integer NOT NULL,
    speaker         text NOT NULL CHECK (speaker IN ('creator', 'assistant')),
    text            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('writing', 'complete', 'stopped', 'failed')),
    -- Why the answer is incomplete: a sentence for the user. NULL if it is complete.
    problem         text,
    -- Request of an answer. The request stays in the ledger when the conversation is deleted.
    request_id      uuid REFERENCES ai_requests (id) ON DELETE SET NULL,
    agents          text[] NOT NULL DEFAULT '{}',
    sources         jsonb NOT NULL DEFAULT '[]',
    -- Numbers in the text that do not occur in any source.
    unverified      text[] NOT NULL DEFAULT '{}',
    is_sandbox      boolean NOT NULL DEFAULT false,
    -- End of the lease of a generating answer; after it the process that generates is considered dead.
    alive_until     timestamptz,
    -- Set when the user requests a stop.
    is_to_stop      boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    UNIQUE (conversation_id, number)
);
CREATE INDEX ai_messages_request_id_idx ON ai_messages (request_id);
-- At most one answer is generated per conversation at a time.
CREATE UNIQUE INDEX ai_messages_writing_idx ON ai_messages (conversation_id) WHERE state = 'writing';
