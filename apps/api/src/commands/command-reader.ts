import { Inject, Injectable } from '@nestjs/common';
import { Currencies, type AskedCommand } from '@tidemark/application';
import { MoneyError, type Currency } from '@tidemark/money';
import { FieldFault, type CurrencyOf, type JsonObject } from '@tidemark/wallet';
import type { FastifyRequest } from 'fastify';
import { requireRegion } from '../http/known-region.js';
import { expectedVersionOf, refuseIfMatch } from '../http/request-headers.js';
import { inputProblem } from '../problems/input-problem.js';
import type { ProblemCode } from '../problems/problem-types.js';
import { DATABASE_REGIONS, type DatabaseRegions } from '../tokens.js';
import type { CommandReading } from './command-schemas.js';

/** Reads a command from the parts of a request, which fit their schemas already. */
@Injectable()
export class CommandReader {
  constructor(
    @Inject(Currencies) private readonly currencies: Currencies,
    @Inject(DATABASE_REGIONS) private readonly regions: DatabaseRegions,
  ) {}

  /** @throws Problem for an amount or a currency that cannot be read, an unknown region, or a condition out of place */
  async read(
    command: CommandReading,
    params: Readonly<Record<string, string>>,
    body: JsonObject,
    request: FastifyRequest,
  ): Promise<AskedCommand> {
    if (!command.conditional) refuseIfMatch(request);
    const condition = command.conditional ? expectedVersionOf(request) : {};
    const unknown = this.unknownCurrencies(command, body);
    const values = this.valuesOf(command, body, unknown.length === 0 ? NONE : await this.lookUp(unknown));
    for (const name of command.regions) {
      if (values[name] !== undefined) requireRegion(values[name] as string, this.regions, ['body', name]);
    }
    return { type: command.type, ...params, ...values, ...condition };
  }

  private valuesOf({ inputs, body: own }: CommandReading, body: JsonObject, looked: LookedUp): JsonObject {
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
      return values;
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      const { path, message, cause } = error;
      throw inputProblem('body', [{ path, message }], cause.code as ProblemCode);
    }
  }

  /** The currencies of a body that are not in memory: none for nearly every request, which then need not wait. */
  private unknownCurrencies({ inputs, body: own }: CommandReading, body: JsonObject): readonly string[] {
    const codes = [...(own?.currencies(body) ?? []), ...inputs.flatMap(([, input]) => input.currencies?.(body) ?? [])];
    return codes.filter((code) => code !== undefined && !this.currencies.find(code));
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
