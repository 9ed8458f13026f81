-- Up to `closed_until` readers have been told what was recorded, and it must not change any more (ADR 11). Each flush writes its
-- row here after it has taken the log's head, and holds it until it commits. So whoever closes the past waits for the flush that is
-- just being committed, and a later one that carries an earlier time is refused.
CREATE TABLE IF NOT EXISTS closed_time (
  closed_until    timestamptz(3) NOT NULL,
  closed_position int8 NOT NULL, -- whatever was recorded up to closed_until lies at or before it
  position        int8 NOT NULL, -- of the last flush
  recorded_at     timestamptz(3), -- the earliest time in the last flush; NULL when the past was closed after it
  only_row        bool NOT NULL DEFAULT true,
  CONSTRAINT closed_time_pkey PRIMARY KEY (only_row),
  CONSTRAINT closed_time_only_row CHECK (only_row),
  CONSTRAINT closed_time_recorded_later CHECK (recorded_at > closed_until)
) WITH (fillfactor = 10);

INSERT INTO closed_time (closed_until, closed_position, position)
SELECT '1970-01-01 00:00:00+00', h.position, h.position FROM log_head h
ON CONFLICT DO NOTHING;
