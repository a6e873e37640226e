-- Conversations with the assistant.
CREATE TABLE ai_conversations (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title       text NOT NULL,
    -- Of its newest message. What was taken back leaves a gap: a place in the conversation means one thing.
    last_number integer NOT NULL,
    created_at  timestamptz NOT NULL,
    -- When something was last said.
    updated_at  timestamptz NOT NULL
);
CREATE INDEX ai_conversations_user_id_idx ON ai_conversations (user_id, updated_at DESC);

CREATE TABLE ai_messages (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES ai_conversations (id) ON DELETE CASCADE,
    -- Its place in the conversation, from 1.
    number          integer NOT NULL,
    speaker         text NOT NULL CHECK (speaker IN ('creator', 'assistant')),
    text            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('writing', 'complete', 'stopped', 'failed')),
    -- Why there is no more of it, in a sentence.
    problem         text,
    -- Of an answer: its place in the ledger, which keeps it when the conversation is deleted.
    request_id      uuid REFERENCES ai_requests (id) ON DELETE SET NULL,
    agents          text[] NOT NULL DEFAULT '{}',
    sources         jsonb NOT NULL DEFAULT '[]',
    -- Numbers in it that are in no source.
    unverified      text[] NOT NULL DEFAULT '{}',
    is_sandbox      boolean NOT NULL DEFAULT false,
    -- Of an answer that is being written: without news until then, its process has died.
    alive_until     timestamptz,
    -- The creator wants no more of it.
    is_to_stop      boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    UNIQUE (conversation_id, number)
);
CREATE INDEX ai_messages_request_id_idx ON ai_messages (request_id);
-- One answer at a time.
CREATE UNIQUE INDEX ai_messages_writing_idx ON ai_messages (conversation_id) WHERE state = 'writing';
