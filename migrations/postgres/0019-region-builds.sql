-- A region may have a build of its own. `region_builds` names it, by region: {"eu": "3"}; readers of every other region see
-- `live_generation`. Both are in one row, so that readers are pointed elsewhere by one row, and read one.
ALTER TABLE projections ADD COLUMN IF NOT EXISTS region_builds jsonb NOT NULL DEFAULT '{}';

-- The region that a build is of; null: of all. And the operation that began it, which finds it again by this.
ALTER TABLE projection_generations ADD COLUMN IF NOT EXISTS region text;
ALTER TABLE projection_generations ADD COLUMN IF NOT EXISTS operation_id uuid;
