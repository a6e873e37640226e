-- What an event is about, such as the platform and the account that was connected.
ALTER TABLE audit_events ADD COLUMN subject text CHECK (length(subject) <= 300);

-- Events are only added. The deletion of a user takes the user's id out of them, and the cleanup deletes them after a year.
CREATE FUNCTION keep_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.user_id IS NULL
       AND (NEW.id, NEW.kind, NEW.ip, NEW.user_agent, NEW.request_id, NEW.created_at, NEW.subject)
           IS NOT DISTINCT FROM (OLD.id, OLD.kind, OLD.ip, OLD.user_agent, OLD.request_id, OLD.created_at, OLD.subject) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.created_at < now() - interval '300 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit events are not changed';
END $$;
CREATE TRIGGER audit_events_are_kept BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION keep_audit_event();

-- Browsers in which a user has signed in before; each has a cookie of its own.
CREATE TABLE known_devices (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie.
    device_hash bytea NOT NULL CHECK (octet_length(device_hash) = 32),
    first_used_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, device_hash)
);
CREATE INDEX known_devices_last_used_at_idx ON known_devices (last_used_at);

-- Tokens of sessions that their users have signed out of. The browser has forgotten them, so whoever uses one has stolen it.
CREATE TABLE signed_out_sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ended_at timestamptz NOT NULL
);
CREATE INDEX signed_out_sessions_user_id_idx ON signed_out_sessions (user_id);
CREATE INDEX signed_out_sessions_ended_at_idx ON signed_out_sessions (ended_at);

-- One mail for each kind of incident and day.
CREATE TABLE incident_notices (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (user_id, kind, day)
);
