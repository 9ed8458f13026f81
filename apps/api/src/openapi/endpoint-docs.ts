import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ProblemCode } from '../problems/problem-types.js';
import type { HeaderName } from './headers.js';

export const TAGS = {
  Wallets: 'Open, find and read wallets',
  Movements: 'Money in and out of one wallet, and its limits',
  Transfers: 'Money between wallets',
  Batches: 'Several commands in one request',
  Fees: 'What movements cost',
  History: 'What happened to a wallet',
  Books: 'The journal of all wallets, and what it adds up to',
  Operations: 'For whoever runs the service',
  Problems: 'What each error code means',
} as const;

/** The answer of an endpoint to a request that succeeds. */
export interface AnswerDocs {
  readonly description: string;
  /** The form of the JSON. */
  readonly schema?: z.ZodType;
  /** Other media types, each with an example. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Headers beside those that {@link EndpointDocs} implies. */
  readonly headers?: readonly HeaderName[];
}

/**
 * What the description says about an endpoint. Path, method, scopes and parameters are not here: they are read from the
 * declarations that Nest serves and validates with.
 */
export interface EndpointDocs {
  /** Unique. Generated clients name their methods after it. */
  readonly operationId: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  /** Of a POST that takes effect once for each `Idempotency-Key`: the status of the first answer. A repeat gets 200. */
  readonly once?: 201 | 202;
  /** Whether the command may name the wallet's version in `If-Match`. */
  readonly ifMatch?: boolean;
  /** Whether it is a read that takes `If-None-Match`. */
  readonly ifNoneMatch?: boolean;
  /** Whether the region of the wallet may answer in place of the one that was asked. */
  readonly servedAtHome?: boolean;
  /** The schemas of what the endpoint reads from the path and the query itself, and not through a parameter of Nest. */
  readonly reads?: { readonly params: Readonly<Record<string, z.ZodType>>; readonly query: z.ZodType };
  readonly answer: AnswerDocs;
  /** Besides those that every endpoint of its kind may answer with. */
  readonly problems: readonly ProblemCode[];
}

/** Where Nest keeps the docs of an endpoint. */
export const ENDPOINT_DOCS = 'tidemark:endpoint-docs';

/** Puts an endpoint into the OpenAPI document. */
export const Documented = (docs: EndpointDocs) => SetMetadata(ENDPOINT_DOCS, docs);
