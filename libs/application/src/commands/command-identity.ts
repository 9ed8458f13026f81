import type { CommandSequence } from '@tidemark/event-store';

/** Who sent a command, and under which key: what makes two requests one command. */
export interface CommandIdentity {
  /** 1 to 255 visible ASCII characters, unique within the caller and the wallet that the command is scoped to. */
  readonly idempotencyKey: string;
  /** The name of the API key: whose idempotency key it is. Kept in the events' metadata. */
  readonly caller: string;
  readonly requestId?: string;
  /** Where commands are sent ahead of their answers: see `CommandRequest`. */
  readonly sequence?: CommandSequence;
}
