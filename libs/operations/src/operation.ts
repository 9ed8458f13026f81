import type { Pointed } from '@tidemark/rebuilding';
import { regionName, walletIdText } from '@tidemark/wallet';
import { z } from 'zod';

/** What operators can ask of a projection. */
export const ACTIONS = ['rebuild', 'verify', 'diff', 'swap', 'rollback', 'drop', 'retry'] as const;
export type Action = (typeof ACTIONS)[number];

/** Whoever has more to accept writes `all`. */
const ACCEPTED_MAX = 1_000;
/** Beyond it, nothing is held back. */
const LATENCY_RATIO_MAX = 1_000;

/** Differences that an operator lets pass: of wallets, by their ids; of `sums`; of `all`. Kept in the audit record. */
const accept = z.array(z.string().min(1).max(64)).min(1).max(ACCEPTED_MAX).optional();
const generation = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, 'the number of a generation')
  .optional();

const walletId = walletIdText.optional();
const region = regionName.optional();

/** The arguments of each action. Unknown ones are refused, and those that say nothing beside others. */
export const ARGUMENTS = {
  rebuild: z
    .strictObject({
      /** This wallet alone, in place; absent: everything, beside the live build. */
      walletId,
      /** Everything of this region alone, beside what its readers see. */
      region,
      /** Point readers to it when it is verified. */
      swap: z.boolean().optional(),
      accept,
      /** How many times as slow other writes may become; 0: as fast as possible. */
      latencyRatioMax: z.number().min(0).max(LATENCY_RATIO_MAX).optional(),
    })
    .refine(({ walletId, region }) => walletId === undefined || region === undefined, {
      path: ['region'],
      message: 'either a wallet or a region is rebuilt',
    })
    .refine(({ walletId, swap }) => walletId === undefined || swap !== true, {
      path: ['swap'],
      message: 'one wallet is built in place: there is nothing to swap',
    })
    .refine(({ walletId, latencyRatioMax }) => walletId === undefined || latencyRatioMax === undefined, {
      path: ['latencyRatioMax'],
      message: 'one wallet is built in place, at once: there is nothing to hold back',
    })
    .refine(({ swap, accept: accepted }) => accepted === undefined || swap === true, {
      path: ['accept'],
      message: 'only a swap accepts differences: leave this out, or swap',
    }),
  verify: z.strictObject({ generation }),
  /** All regions, or this one. */
  diff: z.strictObject({ region }),
  swap: z.strictObject({ generation, accept }),
  rollback: z.strictObject({}),
  drop: z.strictObject({ generation: generation.unwrap() }),
  /** One wallet, or all that are parked. */
  retry: z.strictObject({ walletId }),
} satisfies Record<Action, z.ZodType>;

export type ArgumentsOf<A extends Action> = z.infer<(typeof ARGUMENTS)[A]>;

/**
 * The arguments of an action, or in one line why they cannot be meant.
 *
 * @param nameOf what the caller calls an argument
 */
export function readArguments<A extends Action>(
  action: A,
  asked: object,
  nameOf = (argument: string) => argument,
): ArgumentsOf<A> | string {
  const { data, error } = ARGUMENTS[action].safeParse(asked);
  return error
    ? error.issues.map(({ path, message }) => [...path.map(String).map(nameOf), message].join(': ')).join('; ')
    : (data as ArgumentsOf<A>);
}

/** An operation as it is recorded: asked for, carried out, and what came of it. */
export interface Operation {
  readonly operationId: string;
  /** ISO 8601, UTC. */
  readonly requestedAt: string;
  readonly requestedBy: string;
  readonly action: Action;
  readonly projection: string;
  readonly arguments: object;
  readonly state: 'requested' | 'running' | 'done' | 'failed';
  readonly progress: Progress | null;
  /** Of one that is done, what came of it; of one that failed, a `Failure`. */
  readonly result: object | null;
  readonly finishedAt: string | null;
}

/** Why an operation failed. */
export interface Failure {
  readonly reason: string;
  /** It was not possible as things stood; nothing was changed. */
  readonly refused: boolean;
  /** It names a wallet or a region that there is not. */
  readonly notFound?: true;
}

/** What became of the pointers of a projection. */
export interface Swapped {
  readonly generation: string;
  /** The generation that was live before it. */
  readonly before: string;
  /** Whose readers were pointed elsewhere; null: those of all. */
  readonly region: string | null;
  /** The wallets whose unexplained differences an operator let pass. */
  readonly accepted: readonly string[];
  /** All pointers, for a rollback. Absent in the record of an earlier Tidemark, when there was one pointer. */
  readonly readers?: Pointed;
}

/** How far an operation is. */
export interface Progress {
  readonly phase:
    'building' | 'sealing' | 'catching_up' | 'verifying' | 'comparing' | 'waiting_for_worker' | 'removing';
  /** The build that is worked on. */
  readonly generation?: string;
  /** Readers see the build already. A worker that takes the operation over only has to record that. */
  readonly pointed?: Swapped;
  readonly events?: number;
  readonly eventsPerSecond?: number;
  /** Seconds; absent where it cannot be estimated. */
  readonly secondsLeft?: number;
  /** 0 to 1. */
  readonly share?: number;
  /** Counts up while a worker is at it: one that stops has died. */
  readonly beat?: number;
}
