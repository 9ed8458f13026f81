import {
  CONDITIONS,
  inputsOf,
  type CommandDefinition,
  type FieldInput,
  type Fields,
  type JsonObject,
} from '@tidemark/wallet';
import type { Scope } from '@tidemark/application';
import { z } from 'zod';
import { walletCommandAnswer, walletsCommandAnswer } from '../schemas/answers.js';

/** The parameters of a command's path, with the schemas of the fields that they are. */
export function paramsOf({ http, fields }: CommandDefinition): Readonly<Record<string, z.ZodType>> {
  const names = [...(http?.path ?? '').matchAll(/:(\w+)/g)].map(([, name]) => name!);
  return Object.fromEntries(names.map((name) => [name, fields[name]!.input!.shape(name)[name]!]));
}

/** The fields that a command's body has: those that a caller gives and that are not in the path. */
export function bodyFieldsOf(command: CommandDefinition): Fields {
  const params = paramsOf(command);
  return Object.fromEntries(Object.entries(command.fields).filter(([name, { input }]) => input && !(name in params)));
}

/** The parts of a request that a command is read from. Computed once for each command. */
export interface CommandReading extends Pick<CommandDefinition, 'type' | 'body'> {
  /** Whether the request may have the header If-Match. */
  readonly conditional: boolean;
  /** The parts of the path by name, with their schemas. */
  readonly params: readonly (readonly [string, z.ZodType])[];
  /** What is read from the body key by key: the fields, unless the body has a form of its own, and the conditions. */
  readonly inputs: Inputs;
  /** The fields that name a region of this installation. */
  readonly regions: readonly string[];
}

type Inputs = readonly (readonly [name: string, input: FieldInput<unknown>])[];

export function readingOf(command: CommandDefinition): CommandReading {
  const { type, body, fields } = command;
  const regions = Object.keys(fields).filter((name) => fields[name]!.kind === 'region');
  const inputs = [...(body ? [] : inputsOf(bodyFieldsOf(command))), ...conditionsOf(command)];
  const params = Object.entries(paramsOf(command));
  return { type, conditional: takesIfMatch(command), params, inputs, regions, ...(body && { body }) };
}

/** What a caller has to be allowed to do for a command. */
export const COMMAND_SCOPE: Scope = 'write';

/** A command on a wallet that is there may name the wallet's version. */
export function takesIfMatch(command: CommandDefinition): boolean {
  return isAboutOneWallet(command) && !command.opens;
}

/** The conditions that a body may have: the version only where `If-Match` cannot name it, as it never can in a batch. */
function conditionsOf(command: CommandDefinition, inBatch = false): Inputs {
  if (command.opens) return [];
  const { availableAtLeast, expectedVersion } = CONDITIONS;
  const always = ['availableAtLeast', availableAtLeast] as const;
  return takesIfMatch(command) && !inBatch ? [always] : [always, ['expectedVersion', expectedVersion]];
}

/** A body with more keys: each form of it where there are several. */
function withKeys(schema: z.ZodType, shape: Record<string, z.ZodType>, prefix = ''): z.ZodType {
  const { id, ...rest } = schema.meta() ?? {};
  const names = { ...rest, ...(id !== undefined && { id: prefix + id }) };
  if (schema instanceof z.ZodUnion) {
    return z.union(schema.options.map((form) => withKeys(form as z.ZodType, shape, prefix))).meta(names);
  }
  return (schema as z.ZodObject).safeExtend(shape).meta(names);
}

/** What stands for a command in a batch: its type, and the keys of its path and of its body together. */
export function batchItemSchemaOf(command: CommandDefinition, name: string): z.ZodType {
  const conditions = conditionsOf(command, true).map(([key, input]) => input.shape(key));
  const shape = Object.assign({ type: z.literal(name), ...paramsOf(command) }, ...conditions) as Record<
    string,
    z.ZodType
  >;
  const schema = withKeys(fieldsSchemaOf(command), shape, 'Batch');
  // By this a discriminated union finds the command. An object says it by itself, several forms of one do not.
  if (schema instanceof z.ZodUnion) Object.assign(schema._zod, { propValues: { type: new Set([name]) } });
  return schema;
}

/** What stands for a command in a batch is read by this. */
export function batchItemReadingOf(command: CommandDefinition): CommandReading {
  const { body, fields } = command;
  const inputs = [...(body ? [] : inputsOf(fields)), ...conditionsOf(command, true)];
  return { ...readingOf(command), inputs };
}

/** What a body has to look like: an object, even where it has no keys. */
export function bodySchemaOf(command: CommandDefinition): z.ZodType {
  const conditions = conditionsOf(command).map(([name, input]) => input.shape(name));
  return withKeys(fieldsSchemaOf(command), Object.assign({}, ...conditions) as Record<string, z.ZodType>);
}

function fieldsSchemaOf(command: CommandDefinition): z.ZodType {
  if (command.body) return command.body.schema;
  const { derives, defaultRegion, type } = command;
  const inputs = inputsOf(bodyFieldsOf(command));
  const shape = Object.assign(
    {},
    ...inputs.map(([name, input]) => {
      const ofField = input.shape(name);
      // What is derived or defaulted may be left out.
      if (!(name in derives) && name !== defaultRegion) return ofField;
      return Object.fromEntries(Object.entries(ofField).map(([key, schema]) => [key, schema.optional()]));
    }),
  ) as Record<string, z.ZodType>;
  const groups = inputs.map(([name, input]) => input.together?.(name) ?? []).filter((keys) => keys.length > 1);
  if (groups.length === 0) return z.strictObject(shape).meta({ id: type });
  const dependentRequired = Object.fromEntries(
    groups.flatMap((keys) => keys.map((key) => [key, keys.filter((other) => other !== key)])),
  );
  return z.strictObject(shape).superRefine(requireAllOrNone(groups)).meta({ id: type, dependentRequired });
}

const requireAllOrNone =
  (groups: readonly (readonly string[])[]) =>
  (body: JsonObject, context: z.RefinementCtx): void => {
    for (const keys of groups) {
      const given = keys.find((key) => body[key] !== undefined);
      if (given === undefined) continue;
      for (const key of keys.filter((each) => body[each] === undefined)) {
        context.addIssue({ code: 'custom', path: [key], message: `is missing: it goes with ${given}`, input: body });
      }
    }
  };

/** Whether a command's answer is about the wallet that it was sent to, and not only about all that it touched. */
export function isAboutOneWallet({ fields }: CommandDefinition): boolean {
  return 'walletId' in fields;
}

/** What a command answers: the wallet or wallets as it left them, and the ids that it was given. */
export function answerSchemaOf(command: CommandDefinition): z.ZodType {
  const base = isAboutOneWallet(command) ? walletCommandAnswer : walletsCommandAnswer;
  const ids = Object.keys(command.derives).filter((name) => !(name in base.shape));
  const told = command.tells?.schema ?? {};
  if (ids.length === 0 && !command.tells) return base;
  const idText = z.string().meta({ description: 'The same for every repeat of the request.' });
  return base
    .extend({ ...Object.fromEntries(ids.map((name) => [name, idText])), ...told })
    .meta({ id: `${command.type}Answer` });
}
