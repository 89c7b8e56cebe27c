/**
 * Answers what one decision asks: from the PIN table, the attempt log, the clock and the strike. It only fetches and
 * carries out; the order of the questions is access/decision.ts's.
 */
import type { Card } from '../access/card.ts';
import type { Asks, Attempt, BudgetOwner } from '../access/decision.ts';
import type { AccessEvent } from '../access/events.ts';
import type { LookUp, Person, PersonId } from '../access/facts.ts';
import type { Pin } from '../access/pin.ts';
import type { Circumstances } from '../access/validity.ts';
import type { AttemptLog } from '../journal/attempt-log.ts';
import type { Change } from '../journal/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { ReleaseCause } from '../ports/strike.ts';
import type { TableStore } from '../ports/table-store.ts';
import { Fault } from '../shared/faults.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { holderOf } from '../table/record.ts';
import { cardTag, pinTag } from '../table/tags.ts';
import type { Budgets } from './budgets.ts';

export interface AnswerParts {
  readonly crypto: Crypto;
  readonly journal: Journal;
  readonly attempts: AttemptLog;
  readonly budgets: Budgets;
  readonly table: TableStore;
  /** Undefined until the reader has been keyed: then nobody is known. */
  readonly tableKey: SecretBytes | undefined;
  /** Persons whose last grant is still on its way to the disk; one set for all decisions. */
  readonly spending: Set<PersonId>;
  wall(): { readonly ms: number; readonly trusted: boolean };
  offlineMs(): number;
  tell(event: AccessEvent): void;
  recorded(events: readonly AccessEvent[]): void;
  /** A whole card that nobody has was read. */
  unknownCard(card: Card): void;
  lockoutBegan(owner: BudgetOwner): void;
  countLockedOut(owner: BudgetOwner): void;
  release(holdMs: number, cause: ReleaseCause | undefined): Promise<void>;
}

export class Answers implements Asks {
  readonly #parts: AnswerParts;
  /** The entry of the grant, once it is on record. */
  #cause: ReleaseCause | undefined;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  async findCard(card: Card): Promise<LookUp> {
    const { crypto, tableKey, unknownCard } = this.#parts;
    if (tableKey === undefined) return 'noTable';
    if (card.isCut) return 'nobody';
    const found = await this.#find(cardTag(crypto, tableKey, card));
    if (found === 'nobody') unknownCard(card);
    return found;
  }

  findPin(pin: Pin): Promise<LookUp> {
    const { crypto, tableKey } = this.#parts;
    return tableKey === undefined ? Promise.resolve('noTable') : this.#find(pinTag(crypto, tableKey, pin));
  }

  async circumstances(person: Person): Promise<Circumstances> {
    const { wall, offlineMs, attempts } = this.#parts;
    const { ms, trusted } = wall();
    const usesSpent = person.uses === undefined ? 0 : await attempts.usesSpent(person.person, person.uses.serial);
    return { wallMs: ms, wallTrusted: trusted, offlineMs: offlineMs(), usesSpent };
  }

  isLockedOut(owner: BudgetOwner): Promise<boolean> {
    return this.#parts.budgets.isLockedOut(owner);
  }

  burnAttempt(owner: BudgetOwner): Promise<Attempt> {
    return this.#parts.budgets.burn(owner);
  }

  async recordGrant(events: readonly AccessEvent[], person: Person, attempt: Attempt | undefined): Promise<void> {
    const { journal, budgets, recorded } = this.#parts;
    const givenBack = attempt === undefined ? [] : budgets.giveBack(attempt);
    const append = async (also: readonly Change[]): Promise<void> => {
      const { epoch, sequence } = await journal.append(events, also);
      this.#cause = { epoch, sequence, person: person.person };
      recorded(events);
    };
    return person.uses === undefined ? append(givenBack) : this.#spendUse(person.person, person.uses, (use) => append([...givenBack, use]));
  }

  tell(event: AccessEvent): void {
    this.#parts.tell(event);
  }

  lockoutBegan(owner: BudgetOwner): void {
    this.#parts.lockoutBegan(owner);
  }

  countLockedOut(owner: BudgetOwner): void {
    this.#parts.countLockedOut(owner);
  }

  release(holdMs: number): Promise<void> {
    return this.#parts.release(holdMs, this.#cause);
  }

  /** A grant that nobody waits for any more may still be on its way to the disk: no use is spent twice. */
  async #spendUse(person: PersonId, { limit, serial }: NonNullable<Person['uses']>, grant: (use: Change) => Promise<void>): Promise<void> {
    const { attempts, spending } = this.#parts;
    if (spending.has(person)) throw new Fault('hardware.slow', 'A grant of this person is still on its way to the disk');
    spending.add(person);
    try {
      if ((await attempts.usesSpent(person, serial)) >= limit) throw new Fault('hardware.slow', 'The last use was spent meanwhile');
      return await grant(await attempts.spendUse(person, serial));
    } finally {
      spending.delete(person);
    }
  }

  async #find(tag: bigint): Promise<LookUp> {
    const found = await this.#parts.table.find(tag);
    switch (found.found) {
      case 'record':
        return holderOf(found.record, tag) ?? 'damaged';
      case 'damaged':
        return 'damaged';
      case 'nobody':
        return this.#parts.table.state() === undefined ? 'noTable' : 'nobody';
    }
  }
}
