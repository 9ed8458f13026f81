-- An event becomes visible at most 5 s after its recorded time (ADR 11): its position is the commit timestamp in nanoseconds. A flush
-- that took longer is refused, and decided again with a new time. Rows of the time before are not checked.
ALTER TABLE wallet_events SET (schema_locked = false);
ALTER TABLE wallet_events ADD CONSTRAINT IF NOT EXISTS wallet_events_visible_in_time
  CHECK (position <= extract(epoch FROM recorded_at)::decimal * 1000000000 + 5000000000) NOT VALID;
