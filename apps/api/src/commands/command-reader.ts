import { Inject, Injectable } from '@nestjs/common';
import { Currencies, OutsideAccounts, type AskedCommand } from '@tidemark/application';
import { MoneyError, type Currency } from '@tidemark/money';
import { FieldFault, type CurrencyOf, type JsonObject } from '@tidemark/wallet';
import type { FastifyRequest } from 'fastify';
import { requireRegion } from '../http/known-region.js';
import { expectedVersionOf, refuseIfMatch } from '../http/request-headers.js';
import { inputProblem, readInput } from '../problems/input-problem.js';
import type { ProblemCode } from '../problems/problem-types.js';
import { commandQuery } from '../schemas/queries.js';
import { DATABASE_REGIONS, type DatabaseRegions } from '../tokens.js';
import type { CommandReading } from './command-schemas.js';

/** Reads a command from the parts of a request, which fit their schemas already. */
@Injectable()
export class CommandReader {
  constructor(
    @Inject(Currencies) private readonly currencies: Currencies,
    @Inject(OutsideAccounts) private readonly accounts: OutsideAccounts,
    @Inject(DATABASE_REGIONS) private readonly regions: DatabaseRegions,
  ) {}

  /**
   * At once where all its currencies and accounts are in memory, as for nearly every request.
   *
   * @param body as its schema has read it
   * @throws Problem for a path, an amount or a currency that cannot be read, an unknown region or account, or a condition out of place
   */
  read(reading: CommandReading, body: JsonObject, request: FastifyRequest): AskedCommand | Promise<AskedCommand> {
    if (!reading.conditional) refuseIfMatch(request);
    const params: JsonObject = {};
    for (const [name, schema] of reading.params) {
      params[name] = readInput(schema, (request.params as JsonObject)[name], 'path', name);
    }
    const condition = reading.conditional ? expectedVersionOf(request) : {};
    return this.known(reading, body, '', (values) => ({ type: reading.type, ...params, ...values, ...condition }));
  }

  /**
   * Reads a command that is one of several in a body.
   *
   * @param path of the command in the body, such as `commands.3.`
   * @throws Problem as `read` does
   */
  readItem(reading: CommandReading, item: JsonObject, path: string): AskedCommand | Promise<AskedCommand> {
    return this.known(reading, item, path, (values) => ({ type: reading.type, ...values }));
  }

  private known(
    reading: CommandReading,
    body: JsonObject,
    prefix: string,
    make: (values: JsonObject) => AskedCommand,
  ): AskedCommand | Promise<AskedCommand> {
    const unknown = this.unknownCurrencies(reading, body);
    const accounts = this.accountsToFind(reading, body);
    if (unknown.length === 0 && accounts.length === 0) return make(this.valuesOf(reading, body, NONE, prefix));
    return this.lookUp(unknown).then(async (looked) => {
      const values = this.valuesOf(reading, body, looked, prefix);
      await this.requireAccounts(accounts, prefix);
      return make(values);
    });
  }

  private valuesOf(
    { inputs, regions, body: own }: CommandReading,
    body: JsonObject,
    looked: LookedUp,
    prefix: string,
  ): JsonObject {
    const currencyOf: CurrencyOf = (code) => {
      const found = this.currencies.find(code) ?? looked.get(code)!;
      if (found instanceof MoneyError) throw found;
      return found;
    };
    try {
      const values: JsonObject = own ? { ...(own.take(body, currencyOf) as JsonObject) } : {};
      for (const [name, input] of inputs) {
        const value = input.take(body, name, currencyOf);
        if (value !== undefined) values[name] = value;
      }
      for (const name of regions) {
        if (values[name] !== undefined) requireRegion(values[name] as string, this.regions, ['body', prefix + name]);
      }
      return values;
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      const { path, message, cause } = error;
      throw inputProblem('body', [{ path: prefix + path, message }], cause.code as ProblemCode);
    }
  }

  /** The currencies of a body that are not in memory: none for nearly every request, which then need not wait. */
  private unknownCurrencies({ inputs, body: own }: CommandReading, body: JsonObject): readonly string[] {
    const codes = [...(own?.currencies(body) ?? []), ...inputs.flatMap(([, input]) => input.currencies?.(body) ?? [])];
    return codes.filter((code) => code !== undefined && !this.currencies.find(code));
  }

  /** The accounts of the outside that a body names and that are not in memory, with their keys in the body. */
  private accountsToFind(
    { inputs, body: own }: CommandReading,
    body: JsonObject,
  ): readonly (readonly [string, string])[] {
    const ofInputs = inputs.flatMap(([key, input]) => {
      const name = input.outsideAccount?.(body, key);
      return name === undefined || this.accounts.has(name) ? [] : [[key, name] as const];
    });
    if (!own?.outsideAccounts) return ofInputs;
    return [...ofInputs, ...own.outsideAccounts(body).filter(([, name]) => !this.accounts.has(name))];
  }

  private async requireAccounts(accounts: ReturnType<CommandReader['accountsToFind']>, prefix: string): Promise<void> {
    for (const [path, name] of accounts) {
      if (await this.accounts.isDefined(name)) continue;
      throw inputProblem('body', [{ path: prefix + path, message: `there is no account ${name}` }], 'unknown_account');
    }
  }

  private async lookUp(codes: readonly string[]): Promise<LookedUp> {
    const looked = new Map<string, Currency | MoneyError>();
    for (const code of codes) {
      const found = await this.currencies.get(code).catch((error: unknown) => {
        if (error instanceof MoneyError) return error;
        throw error;
      });
      looked.set(code, found);
    }
    return looked;
  }
}

/** Currencies by code, or why there is none of that code. */
type LookedUp = ReadonlyMap<string, Currency | MoneyError>;

const NONE: LookedUp = new Map();

/**
 * Whether the request asks for a decision alone.
 *
 * @throws Problem `invalid_request` for a query that is not known
 */
export function isDryRun({ url, query }: FastifyRequest): boolean {
  return url.includes('?') && readInput(commandQuery, query, 'query').dryRun === 'true';
}
