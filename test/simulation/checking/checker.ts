import { checkAnswers } from './check-answers.js';
import { checkCommands } from './check-commands.js';
import { checkFollowers } from './check-followers.js';
import { checkMoney } from './check-money.js';
import type { Evidence } from './evidence.js';
import type { Report, Violation } from './violation.js';
import { foldHistories } from './wallet-histories.js';

/**
 * Compares the database after a run with the answers to its clients. Pure.
 *
 * @returns every violation of `RULES`; empty for a correct run
 */
export function check(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (rule, message) => void violations.push({ rule, message });
  const histories = foldHistories(evidence.events, report);
  checkMoney(histories.values(), report);
  checkCommands(evidence, report);
  checkAnswers(evidence, histories, report);
  checkFollowers(evidence, histories, report);
  return violations;
}
