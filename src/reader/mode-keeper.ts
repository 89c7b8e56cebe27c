/**
 * Changes the mode of the running reader, tells it, and keeps it over a restart. What a mode asks for is the rules'; which one a start takes
 * up is access/mode.ts's; who may change it is the caller's to know.
 */
import type { AccessEvent } from '../access/events.ts';
import { type Mode, modeFact, modeFor } from '../access/mode.ts';
import type { Policy } from '../access/policy.ts';
import type { ReaderEvent } from '../access/reader-setup.ts';
import { Fault } from '../shared/faults.ts';
import type { Result } from '../shared/result.ts';
import type { Lock } from './lock.ts';
import type { Openings } from './openings.ts';
import type { PassingFacts } from './passing-facts.ts';

export interface ModeKeeperParts {
  readonly policy: Pick<Policy, 'model' | 'mode'>;
  readonly passing: Pick<PassingFacts, 'keepMode'>;
  readonly openings: Pick<Openings, 'ended'>;
  readonly lock: Pick<Lock, 'secure'>;
  readonly inForce: () => Mode;
  readonly toReader: (event: ReaderEvent) => void;
  readonly tell: (event: AccessEvent) => void;
}

export class ModeKeeper {
  readonly #parts: ModeKeeperParts;

  constructor(parts: ModeKeeperParts) {
    this.#parts = parts;
  }

  /** In force at once, and kept as soon as the disk takes it; or the reason why this model refuses it. */
  set(mode: Mode): Result<Mode, string> {
    const isNew = mode !== this.#parts.inForce();
    const set = this.#apply(mode);
    if (set.ok && isNew) void this.#keep().catch(() => undefined);
    return set;
  }

  /** In force at once. Resolves when a restart cannot undo it; rejects with a Fault where it could, or the model refuses it. */
  async setAndKeep(mode: Mode): Promise<void> {
    if (!this.#apply(mode).ok) throw new Fault('hardware.missing', 'this model has not what the mode asks for');
    await this.#keep();
  }

  #apply(mode: Mode): Result<Mode, string> {
    const { policy, openings, lock, inForce, toReader, tell } = this.#parts;
    const from = inForce();
    const allowed = modeFor(policy.model, mode);
    if (!allowed.ok) tell({ code: 'mode.refused', fields: { mode } });
    if (!allowed.ok || mode === from) return allowed;
    tell({ code: 'mode.changed', fields: { mode, from } });
    openings.ended();
    toReader({ type: 'mode.set', mode });
    // A lockdown ends a release under way; the machine secures an unlocked door itself.
    if (mode === 'locked') void lock.secure();
    return allowed;
  }

  #keep(): Promise<void> {
    const { passing, policy, inForce } = this.#parts;
    return passing.keepMode(modeFact(policy.mode, inForce()));
  }
}
