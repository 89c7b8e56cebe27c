/** The settings that people at the door meet, as the line tells them. Which those are is link/'s page; what they mean is access/'s. */
import { type BudgetRule, extendedFactor, extendedInterDigitMs, type Policy } from '../access/policy.ts';
import type { RulesStatus } from '../link/messages.ts';

export const toldRules = ({ windowMs, windowTries, interDigitMs, offline, duress, budget }: Policy): Omit<RulesStatus, 'page'> => ({
  windowMs,
  windowTries,
  interDigitMs,
  extendedWindowMs: windowMs * extendedFactor,
  extendedInterDigitMs: Math.max(interDigitMs, extendedInterDigitMs),
  door: toldBudget(budget.door),
  person: toldBudget(budget.person),
  offlineFullMs: offline?.fullMs ?? 0,
  offlinePriorityMs: offline?.priorityMs ?? 0,
  duress,
});

const toldBudget = ({ withinMs = 0, ...rule }: BudgetRule): RulesStatus['door'] => ({ ...rule, withinMs });
