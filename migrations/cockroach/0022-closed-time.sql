-- An event becomes visible at most 5 s after its recorded time (ADR 11). A commit's position is its timestamp, and visible_by the last
-- one at which it may happen, as a position too. A flush that took longer is refused, and decided again with a new time. One row of a
-- flush is checked and not each event: that would take a sixth of the throughput. Rows of the time before have no bound.
ALTER TABLE commits SET (schema_locked = false);
ALTER TABLE commits ADD COLUMN IF NOT EXISTS visible_by decimal;
ALTER TABLE commits ADD CONSTRAINT IF NOT EXISTS commits_visible_in_time CHECK (position <= visible_by) NOT VALID;
