DROP TABLE incident_notices;
DROP TABLE signed_out_sessions;
DROP TABLE known_devices;
DROP TRIGGER audit_events_are_kept ON audit_events;
DROP FUNCTION keep_audit_event();
ALTER TABLE audit_events DROP COLUMN subject;
