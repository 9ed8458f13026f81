import { isCancel, select, text } from '@clack/prompts';
import type { Guess, Question } from '@tidemark/importing';
import type { Surroundings } from '../process/surroundings.js';

/** Asks what a guess could not know, where a person sits at a terminal. Elsewhere, and when they cancel, the questions stay open. */
export async function answerInTerminal({ stdout, stderr }: Surroundings, guess: Guess): Promise<Guess> {
  const isTerminal =
    process.stdin.isTTY && stdout === process.stdout && stderr === process.stderr && process.stdout.isTTY;
  if (!isTerminal) return guess;
  const open: Question[] = [];
  const evidence = [...guess.evidence];
  let { mapping } = guess;
  for (const question of guess.questions) {
    const answer = await ask(question);
    if (answer === undefined) open.push(question);
    else {
      mapping = withField(mapping, question.field, answer.value);
      evidence.push({ field: question.field, value: answer.value, why: 'you said so' });
    }
  }
  return { mapping, evidence, questions: open };
}

async function ask({ field, question, choices }: Question): Promise<{ readonly value: unknown } | undefined> {
  const output = process.stderr;
  if (choices.length > 0) {
    const options = choices.map(({ meaning }, i) => ({ value: i, label: meaning }));
    const chosen = await select({ message: question, options, output });
    return isCancel(chosen) ? undefined : { value: choices[chosen]!.value };
  }
  const typed = await text({ message: `${question} (${field})`, output });
  if (isCancel(typed) || typed.trim() === '') return undefined;
  return { value: field === 'movements.currency' ? { value: typed.trim() } : typed.trim() };
}

function withField(mapping: Guess['mapping'], field: string, value: unknown): Guess['mapping'] {
  const [outer, inner] = field.split('.') as [string, string?];
  if (inner === undefined) return { ...mapping, [outer]: value };
  return { ...mapping, movements: { ...mapping.movements, [inner]: value } };
}
