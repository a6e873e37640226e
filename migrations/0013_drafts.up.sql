-- Drafts: texts that a user saves to publish later.
CREATE TABLE drafts (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Caption variant that the draft was saved from; NULL once the text has been edited. Saving the same variant again updates the draft.
    captions_id   uuid REFERENCES ai_captions (id) ON DELETE SET NULL,
    variant_index smallint NOT NULL CHECK (variant_index >= 0),
    platform      text NOT NULL,
    text          text NOT NULL,
    -- Time of the last change.
    updated_at    timestamptz NOT NULL,
    UNIQUE (captions_id, variant_index)
);
CREATE INDEX drafts_user_id_idx ON drafts (user_id, updated_at DESC);
