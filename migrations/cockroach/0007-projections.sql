-- Which build of a projection's tables readers see. The pointer is read in the same statement as the rows.
CREATE TABLE IF NOT EXISTS projections (
  name            text NOT NULL,
  live_generation int8 NOT NULL,
  CONSTRAINT projections_pkey PRIMARY KEY (name)
);

-- How far each build has followed the log of a region; moved in the same statement that writes its rows.
CREATE TABLE IF NOT EXISTS projection_checkpoints (
  projection text NOT NULL,
  generation int8 NOT NULL,
  region     text NOT NULL,
  position   decimal NOT NULL,
  commit_id  uuid NOT NULL,
  CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection, generation, region)
);
