-- In a file of its own, so that 0010 can run again until it is done. A worker of an earlier version stops at this.
DROP TABLE IF EXISTS projection_checkpoints;
