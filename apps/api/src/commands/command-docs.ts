import type { CommandDefinition } from '@tidemark/wallet';
import type { EndpointDocs } from '../openapi/endpoint-docs.js';
import type { ProblemCode } from '../problems/problem-types.js';
import { commandQuery } from '../schemas/queries.js';
import { answerSchemaOf, bodyFieldsOf, isAboutOneWallet, paramsOf, takesIfMatch } from './command-schemas.js';

const OF_MONEY: readonly ProblemCode[] = [
  'unknown_currency',
  'malformed_amount',
  'negative_zero',
  'too_many_fraction_digits',
  'too_many_digits',
];

/** What the OpenAPI document says about a command. All of it follows from the declaration. */
export function docsOf(command: CommandDefinition): EndpointDocs {
  const { http, rejects, opens } = command;
  const { operationId, tag, summary, description, done } = http!;
  const conditional = takesIfMatch(command);
  return {
    ...{ operationId, tag, summary },
    ...(description !== undefined && { description }),
    once: 201,
    reads: { params: paramsOf(command), query: commandQuery },
    servedAtHome: true,
    ifMatch: conditional,
    answer: {
      description: done,
      schema: answerSchemaOf(command),
      headers: [
        'Tidemark-Dry-Run',
        ...(isAboutOneWallet(command) ? (['ETag'] as const) : []),
        ...(opens ? (['Location'] as const) : []),
      ],
    },
    problems: [
      ...(opens ? [] : (['wallet_not_found'] as const)),
      ...(opens ? [] : (['available_too_low'] as const)),
      'wallet_closed',
      ...(conditional
        ? (['version_mismatch', 'if_match_malformed'] as const)
        : (['if_match_unsupported', ...(opens ? [] : (['version_mismatch'] as const))] as const)),
      ...(opens ? [] : OF_MONEY),
      ...(hasKind(command, 'outsideAccount') || command.body?.outsideAccounts ? (['unknown_account'] as const) : []),
      ...(hasKind(command, 'region') ? (['unknown_region'] as const) : []),
      ...rejects.map(({ code }) => code as ProblemCode),
    ],
  };
}

function hasKind(command: CommandDefinition, kind: string): boolean {
  return Object.values(bodyFieldsOf(command)).some((field) => {
    const inner = field.kind === 'optional' ? (field.of as { kind: string }) : field;
    return inner.kind === kind;
  });
}
