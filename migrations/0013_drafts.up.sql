-- Texts that a creator keeps to publish later.
CREATE TABLE drafts (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The variant that it was written as; none once it says something else. Kept again, it is the same draft.
    captions_id uuid REFERENCES ai_captions (id) ON DELETE SET NULL,
    variant     smallint NOT NULL CHECK (variant >= 0),
    platform    text NOT NULL,
    text        text NOT NULL,
    -- When it was last changed.
    updated_at  timestamptz NOT NULL,
    UNIQUE (captions_id, variant)
);
CREATE INDEX drafts_user_id_idx ON drafts (user_id, updated_at DESC);
