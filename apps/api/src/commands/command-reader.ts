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
    const values = await this.valuesOf(command, body);
    for (const name of command.regions) {
      if (values[name] !== undefined) requireRegion(values[name] as string, this.regions, ['body', name]);
    }
    return { type: command.type, ...params, ...values, ...condition };
  }

  private async valuesOf(command: CommandReading, body: JsonObject): Promise<JsonObject> {
    const { inputs } = command;
    const codes = command.body?.currencies(body) ?? inputs.flatMap(([, input]) => input.currencies?.(body) ?? []);
    const currencyOf = await this.currenciesOf(codes);
    try {
      if (command.body) return command.body.take(body, currencyOf) as JsonObject;
      const values: JsonObject = {};
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

  /** Looks up the currencies that are not in memory, so that the fields can then be read without waiting. */
  private async currenciesOf(codes: readonly string[]): Promise<CurrencyOf> {
    const looked = new Map<string, Currency | MoneyError>();
    for (const code of codes) {
      if (code === undefined || this.currencies.find(code)) continue;
      const found = await this.currencies.get(code).catch((error: unknown) => {
        if (error instanceof MoneyError) return error;
        throw error;
      });
      looked.set(code, found);
    }
    return (code) => {
      const found = this.currencies.find(code) ?? looked.get(code)!;
      if (found instanceof MoneyError) throw found;
      return found;
    };
  }
}
