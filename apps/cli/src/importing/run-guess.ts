import { existsSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { guessMapping, tryMapping, type Guess, type Question, type Trial } from '@tidemark/importing';
import { CurrencyTable } from '@tidemark/money';
import { UsageError } from '../process/exit.js';
import { grouped } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { answerInTerminal } from './answer-in-terminal.js';
import { asUsage } from './as-usage.js';

/**
 * `tidemark import --guess`: writes a mapping, and says why each field of it is as it is, what it would book, and what it cannot know. Nothing
 * is booked. `--json`: `{mappingFile, mapping, evidence, questions, trial}`; `trial` is null while a question is open.
 */
export async function runGuess(at: Surroundings, file: string, options: { mapping?: string }): Promise<CommandResult> {
  const path = resolve(at.cwd, file);
  const mappingFile = resolve(at.cwd, options.mapping ?? `${basename(file)}.mapping.json`);
  if (existsSync(mappingFile)) throw new UsageError(`${mappingFile} exists: name another file with --mapping`);
  const currencies = CurrencyTable.iso4217();
  try {
    const guess = await answerInTerminal(at, await guessMapping(path, currencies));
    const { mapping, evidence, questions } = guess;
    const trial = questions.length > 0 ? null : await tryMapping(path, mapping, currencies, at.signal);
    writeFileSync(mappingFile, `${JSON.stringify(mapping, null, 2)}\n`, { flag: 'wx' });
    return {
      json: { mappingFile, mapping, evidence, questions, trial },
      lines: [...linesOf(guess), ...(trial ? trialLines(trial) : []), `mapping: ${mappingFile}`],
      found: questions.length > 0 || (trial !== null && trial.refused + trial.running.broken > 0),
    };
  } catch (error) {
    throw asUsage(error);
  }
}

function linesOf({ evidence, questions }: Guess): string[] {
  return [
    ...evidence.map(({ field, value, why }) => `${field}: ${JSON.stringify(value)} (${why})`),
    ...questions.flatMap((question) => questionLines(question)),
  ];
}

function questionLines({ field, question, choices }: Question): string[] {
  return [
    `? ${question}`,
    ...(choices.length === 0 ? [`    declare ${field} in the mapping`] : []),
    ...choices.map(({ value, meaning }) => `    ${field}: ${JSON.stringify(value) ?? 'leave it out'} (${meaning})`),
  ];
}

function trialLines({ read, refused, skipped, rows, problems, credits, debits, net, running, order }: Trial): string[] {
  const { checked, broken, first } = running;
  return [
    `${grouped(read)} rows, ${grouped(refused)} of them refused, ${grouped(skipped)} left out, ${order}`,
    ...rows.map(
      ({ line, walletId, amount, currency, effectiveAt, description }) =>
        `  line ${line}: ${walletId} ${amount} ${currency} ${effectiveAt?.slice(0, 10) ?? 'no date'} ${description ?? ''}`,
    ),
    ...problems.map(({ line, detail }) => `  line ${line}: ${detail}`),
    ...Object.keys(net).map((code) => `${code}: credits ${credits[code]}, debits ${debits[code]}, net ${net[code]}`),
    ...(checked === 0
      ? []
      : [`${grouped(checked - broken)} of ${grouped(checked)} balances follow from the row before`]),
    ...(first
      ? [`  the first that does not is on line ${first.line}: ${first.theirs}, expected ${first.expected}`]
      : []),
  ];
}
