-- What operators asked of projections, and what came of it: the queue that workers take from, and the audit record.
CREATE TABLE IF NOT EXISTS projection_operations (
  operation_id uuid NOT NULL,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  requested_by text NOT NULL,
  action       text NOT NULL,
  projection   text NOT NULL,
  arguments    text NOT NULL, -- JSON
  state        text NOT NULL DEFAULT 'requested',
  token        int8 NOT NULL DEFAULT 0,
  owner        text,
  progress     text, -- JSON
  result       text, -- JSON
  finished_at  timestamptz(3),
  CONSTRAINT projection_operations_pkey PRIMARY KEY (operation_id),
  CONSTRAINT projection_operations_state CHECK (state IN ('requested', 'running', 'done', 'failed'))
);
