/**
 * What clients do at a bench that may be killed at any moment, and what they were told of it: an answer binds, a refusal means that nothing was
 * done, and without an answer it is there wholly or not at all. Which of it is there is bench-verdict.ts's.
 */
import type { Random } from '../../sim/random.ts';
import type { BenchClient } from '../sim/bench/program.ts';

/** Something that somebody asked for, and what they know of it. */
export interface Asked {
  readonly name: string;
  /** Of the row; undefined: nobody was told. */
  id: number | undefined;
}

export interface AskedPerson extends Asked {
  /** As it was answered last; undefined: none was. */
  pin: string | undefined;
  /** Codes that were answered, in all. */
  codes: number;
  /** Requests for a code without an answer; and those since the last answer. */
  unknownCodes: number;
  unknownSince: number;
}

export interface AskedBooking extends Asked {
  unit: string;
  /** Units that were asked for since, without an answer. */
  readonly units: string[];
}

/** `person`: of whoever it lets in, once that was answered. */
export interface AskedAccess extends AskedPerson {
  readonly booking: number;
  person: number | undefined;
}

/** All that clients of a trial asked for. */
export class Ledger {
  readonly people: AskedPerson[] = [];
  readonly bookings: AskedBooking[] = [];
  readonly accesses: AskedAccess[] = [];
  answers = 0;
  unanswered = 0;
  /** By code. */
  readonly refusals = new Map<string, number>();

  /** Null: nobody knows; undefined: refused. */
  async heard<Value>(
    asking: Promise<{ readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: { readonly code: string } }>,
  ): Promise<Value | null | undefined> {
    try {
      const answer = await asking;
      if (answer.ok) {
        this.answers += 1;
        return answer.value;
      }
      const { code } = answer.failure;
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
      return undefined;
    } catch {
      this.unanswered += 1;
      return null;
    }
  }
}

const hourMs = 3_600_000;
const blank = { id: undefined, pin: undefined, codes: 0, unknownCodes: 0, unknownSince: 0 };

/** One client: what it made is its own, so that two of them never ask for two things of one person at once. */
export class Client {
  readonly #name: string;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #people: AskedPerson[] = [];
  readonly #bookings: AskedBooking[] = [];
  readonly #accesses: AskedAccess[] = [];
  #count = 0;

  constructor(name: string, random: Random, ledger: Ledger) {
    this.#name = name;
    this.#random = random;
    this.#ledger = ledger;
  }

  /** One thing, by chance. Resolves when it was answered, or cannot be any more. */
  async doSomething(client: BenchClient): Promise<void> {
    const what = this.#random.between(1, 20);
    const [person, booking, access] = [this.#known(this.#people), this.#known(this.#bookings), this.#known(this.#accesses)];
    if (what <= 4 || person === undefined) await this.#addPerson(client);
    else if (what <= 11) await this.#newCode(client, person);
    else if (what <= 13 || booking === undefined) await this.#addBooking(client);
    else if (what <= 15) await this.#changeBooking(client, booking);
    else if (what <= 17 || access === undefined) await this.#addAccess(client, booking);
    else await this.#regenerate(client, access);
  }

  /** A code that opens, of somebody who has one for certain. */
  someCode(): string | undefined {
    return this.#known(this.#people.filter(({ pin, unknownSince }) => pin !== undefined && unknownSince === 0))?.pin;
  }

  async #addPerson(client: BenchClient): Promise<void> {
    const name = this.#newName('person');
    const said = await this.#ledger.heard(client.ask('addPerson', { body: { name, email: `${name.replaceAll(' ', '.')}@example.org` } }));
    if (said === undefined) return;
    const person = { ...blank, name, id: said?.id };
    this.#ledger.people.push(person);
    this.#people.push(person);
  }

  async #newCode(client: BenchClient, person: AskedPerson): Promise<void> {
    const params = { id: String(person.id) };
    const asking = person.pin === undefined ? client.ask('newPin', { params, body: {} }) : client.ask('rollPin', { params });
    this.#tookCode(person, await this.#ledger.heard(asking));
  }

  async #addBooking(client: BenchClient): Promise<void> {
    const name = this.#newName('booking');
    const body = { title: name, unit: 'none', ...this.#times() };
    const said = await this.#ledger.heard(client.ask('addBooking', { body }));
    if (said === undefined) return;
    const booking = { name, id: said?.id, unit: 'none', units: [] };
    this.#ledger.bookings.push(booking);
    this.#bookings.push(booking);
  }

  async #changeBooking(client: BenchClient, booking: AskedBooking): Promise<void> {
    const unit = this.#newName('unit');
    const said = await this.#ledger.heard(client.ask('changeBooking', { params: { id: String(booking.id) }, body: { unit } }));
    if (said === null) booking.units.push(unit);
    if (said === null || said === undefined) return;
    booking.unit = unit;
    booking.units.length = 0;
  }

  async #addAccess(client: BenchClient, { id: booking = 0 }: AskedBooking): Promise<void> {
    const name = this.#newName('access');
    const said = await this.#ledger.heard(client.ask('addShared', { params: { id: String(booking) }, body: { label: name } }));
    if (said === undefined) return;
    const access = { ...blank, booking, name, id: said?.access.id, person: said?.access.person };
    this.#tookCode(access, said === null ? null : said.shown);
    this.#ledger.accesses.push(access);
    this.#accesses.push(access);
  }

  async #regenerate(client: BenchClient, access: AskedAccess): Promise<void> {
    const said = await this.#ledger.heard(client.ask('regenerateShared', { params: { id: String(access.id) } }));
    this.#tookCode(access, said === null || said === undefined ? said : said.shown);
  }

  #tookCode(person: AskedPerson, shown: { readonly digits: string } | null | undefined): void {
    if (shown === undefined) return;
    if (shown === null) {
      person.unknownCodes += 1;
      person.unknownSince += 1;
      return;
    }
    person.codes += 1;
    person.pin = shown.digits;
    person.unknownSince = 0;
  }

  #known<Row extends Asked>(rows: readonly Row[]): Row | undefined {
    const known = rows.filter(({ id }) => id !== undefined);
    return known.length === 0 ? undefined : this.#random.pick(known);
  }

  /** It runs now, and for long enough. */
  #times(): { readonly from: string; readonly until: string } {
    const nowMs = Date.now();
    return { from: new Date(nowMs - hourMs).toISOString(), until: new Date(nowMs + 1_000 * hourMs).toISOString() };
  }

  #newName(what: string): string {
    this.#count += 1;
    return `${what} ${this.#name} ${this.#count}`;
  }
}
