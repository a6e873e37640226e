-- BCP 47 tag; NULL if the platform does not say it, or does not know it.
ALTER TABLE posts ADD COLUMN language text CHECK (length(language) <= 35);
