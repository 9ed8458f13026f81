import type { Fault } from './fault.js';
import { ambiguousErrors } from './faults/ambiguous-errors.js';
import { cutRegion } from './faults/cut-region.js';
import { cutSockets } from './faults/cut-sockets.js';
import { exhaustConnections } from './faults/exhaust-connections.js';
import { fillDisk } from './faults/fill-disk.js';
import { forcedRestarts } from './faults/forced-restarts.js';
import { freezeNode } from './faults/freeze-node.js';
import { hotWallets } from './faults/hot-wallets.js';
import { jumpClock } from './faults/jump-clock.js';
import { killApi } from './faults/kill-api.js';
import { killDatabase } from './faults/kill-database.js';
import { killLeaseholder } from './faults/kill-leaseholder.js';
import { killWorker } from './faults/kill-worker.js';
import { mixedStrategies } from './faults/mixed-strategies.js';
import { restartDatabase } from './faults/restart-database.js';
import { restartErrors } from './faults/restart-errors.js';

/** Every fault of the suite, the fast ones first. */
export const ALL_FAULTS: readonly Fault[] = [
  hotWallets,
  mixedStrategies,
  forcedRestarts,
  killApi,
  killWorker,
  cutSockets,
  restartErrors,
  ambiguousErrors,
  jumpClock,
  killDatabase,
  restartDatabase,
  exhaustConnections,
  fillDisk,
  killLeaseholder,
  freezeNode,
  cutRegion,
];
