/**
 * Issues, rolls, shows and removes PINs. Decides which length a PIN has where nobody says, that no two are issued at once, and what the audit
 * hears of a look or a refusal; which PINs may be given at all is rules/pin-issue.ts's, what becomes of the old one people-desk.ts's.
 */
import type { Pin } from '../../src/access/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import type { ControllerStore } from './controller-store.ts';
import type { Alongside, PeopleDesk, PersonDetails } from './people-desk.ts';
import type { PersonRecord } from './person-record.ts';
import { type NoPin, type PinSpace, randomPin, typedPin } from './rules/pin-issue.ts';
import { siteSettingsOf } from './site-settings.ts';
import { Turns } from './turns.ts';

/** Typed, or drawn with this many digits; undefined: as many as the site's setting says. */
export type WantedPin = { readonly pin: Pin } | { readonly length: number | undefined };
export type PinKind = 'pin' | 'duressPin';
export type PinRefusal = 'unknownPerson' | 'hasNoPin' | 'pinNotAvailable' | NoPin;

/** A PIN with whose it is: for the one who asked to see it. */
export interface HeldPin {
  readonly pin: Pin;
  readonly kind: PinKind;
  readonly record: PersonRecord;
}

/** Of those who have none, in one commit. */
const issuedAtOnce = 200;
/** PINs that wait to be issued. More are refused with a Fault `queue.full`. */
export const maxWaitingPins = 64;

export interface PinDeskParts {
  readonly store: ControllerStore;
  readonly people: PeopleDesk;
  readonly clock: Pick<Clock, 'wall'>;
  readonly crypto: Pick<Crypto, 'randomBytes'>;
  /** PINs there must be for each that opens a door alone, by rules/code-space.ts; undefined: at no door does a PIN alone open. */
  readonly floor: () => Promise<number | undefined>;
}

/** Every call rejects with a Fault when the store does. `by`: who does it. */
export class PinDesk {
  readonly #parts: PinDeskParts;
  readonly #turns = new Turns(maxWaitingPins);

  constructor(parts: PinDeskParts) {
    this.#parts = parts;
  }

  /** A PIN where there is none, or in place of the old one, which is revoked first and rests. */
  issue(person: number, kind: PinKind, wanted: WantedPin, by: string, alongside?: Alongside): Promise<Result<HeldPin, PinRefusal>> {
    return this.#turns.take(() => this.#issue(person, kind, wanted, by, alongside));
  }

  /** Somebody new with a random PIN of the site's length; never without. */
  add(
    given: Omit<GivenPerson, 'person' | 'pin'>,
    details: PersonDetails,
    by: string,
    alongside: Alongside,
  ): Promise<Result<HeldPin, Exclude<PinRefusal, 'hasNoPin'>>> {
    return this.#turns.take(async () => {
      const pin = randomPin(this.#parts.crypto, await this.#length(undefined), await this.#space(undefined));
      if (!pin.ok) return pin;
      const added = await this.#parts.people.add({ ...given, pin: pin.value }, details, by, alongside);
      // A file that was taken in meanwhile may have given it to somebody.
      if (!added.ok) return failed('pinNotAvailable');
      const record = await this.#record(added.value);
      return record.ok ? ok({ pin: pin.value, kind: 'pin', record: record.value }) : record;
    });
  }

  /** As `issue`, of the site's length, for somebody who has one. */
  roll(person: number, by: string): Promise<Result<HeldPin, PinRefusal>> {
    return this.#turns.take(async () => {
      const record = await this.#parts.store.people.record(person);
      if (record === undefined) return failed('unknownPerson');
      return record.given.pin === undefined ? failed('hasNoPin') : this.#issue(person, 'pin', { length: undefined }, by);
    });
  }

  /** A random PIN of the site's length for everybody who has none: how many that were. What was issued before one is refused stays. */
  issueMissing(by: string): Promise<Result<number, PinRefusal>> {
    return this.#turns.take(async () => {
      const { store, crypto, people } = this.#parts;
      const [length, found] = [await this.#length(undefined), await this.#space(undefined)];
      const [taken, alone] = [new Set(found.taken), found.alone && new Map(found.alone)];
      const space = { ...found, taken, alone };
      for (let issued = 0; ; ) {
        const lacking = await store.people.list({ lacks: 'pin', limit: issuedAtOnce });
        const drawn = new Map<number, Pin>();
        for (const { given } of lacking.people) {
          const pin = randomPin(crypto, length, space);
          if (!pin.ok) return pin;
          drawn.set(given.person, pin.value);
          taken.add(found.tagOf(pin.value));
          alone?.set(length, (alone.get(length) ?? 0) + 1);
        }
        // Who was given one by a file meanwhile keeps that one.
        const given = await people.fill(drawn, by);
        issued += given;
        if (lacking.people.length < issuedAtOnce || given === 0) return ok(issued);
      }
    });
  }

  async remove(person: number, kind: PinKind, by: string): Promise<Result<PersonRecord, PinRefusal>> {
    const record = await this.#parts.store.people.record(person);
    if (record === undefined) return failed('unknownPerson');
    if (record.given[kind] === undefined) return failed('hasNoPin');
    const changed = await this.#keep(person, kind, undefined, by);
    return changed.ok ? this.#record(person) : failed('unknownPerson');
  }

  /** The present one. That somebody looked is on disk before they see it. */
  async show(person: number, by: string): Promise<Result<HeldPin, PinRefusal>> {
    return this.#parts.store.write(async (within) => {
      const record = await within.people.record(person);
      if (record === undefined) return failed('unknownPerson');
      const { pin } = record.given;
      if (pin === undefined) return failed('hasNoPin');
      await within.audit.add({ atMs: this.#nowMs, by, what: 'pin.shown', person });
      return ok({ pin, kind: 'pin', record });
    });
  }

  get #nowMs(): number {
    return this.#parts.clock.wall().ms;
  }

  async #issue(person: number, kind: PinKind, wanted: WantedPin, by: string, alongside?: Alongside): Promise<Result<HeldPin, PinRefusal>> {
    const { store, crypto } = this.#parts;
    const record = await store.people.record(person);
    if (record === undefined) return failed('unknownPerson');
    const space = await this.#space(kind === 'pin' ? record.given.pin : undefined);
    const given = 'pin' in wanted ? await this.#typed(wanted.pin, space, person, by) : randomPin(crypto, await this.#length(wanted.length), space);
    if (!given.ok) return given;
    const kept = await this.#keep(person, kind, given.value, by, alongside);
    // A file that was taken in meanwhile may have given it to somebody.
    if (!kept.ok) return failed(kept.failure === 'unknownPerson' ? 'unknownPerson' : 'pinNotAvailable');
    const after = await this.#record(person);
    return after.ok ? ok({ pin: given.value, kind, record: after.value }) : after;
  }

  async #typed(pin: Pin, space: PinSpace, person: number, by: string): Promise<Result<Pin, PinRefusal>> {
    const judged = typedPin(pin, space);
    if (judged.ok) return judged;
    const { code, why } = judged.failure;
    await this.#parts.store.audit.add({ atMs: this.#nowMs, by, what: 'pin.refused', person, detail: why });
    return failed(code);
  }

  async #length(length: number | undefined): Promise<number> {
    return length ?? (await siteSettingsOf(this.#parts.store)).pinLength;
  }

  async #space(going: Pin | undefined): Promise<PinSpace> {
    const { store } = this.#parts;
    const floor = await this.#parts.floor();
    const taken = await store.pins.taken(this.#nowMs);
    const lengths = new Map(await store.pins.lengths());
    // The one that goes makes room for the one that comes.
    if (going !== undefined) lengths.set(going.length, present(lengths.get(going.length), 'a PIN that is kept is counted') - 1);
    return { tagOf: (pin) => store.pins.tagOf(pin), taken, alone: floor === undefined ? undefined : lengths, floor };
  }

  #keep(person: number, kind: PinKind, pin: Pin | undefined, by: string, alongside?: Alongside): ReturnType<PeopleDesk['change']> {
    return this.#parts.people.change(person, undefined, (record) => ({ ...record, given: { ...record.given, [kind]: pin } }), by, alongside);
  }

  async #record(person: number): Promise<Result<PersonRecord, 'unknownPerson'>> {
    const record = await this.#parts.store.people.record(person);
    return record === undefined ? failed('unknownPerson') : ok(record);
  }
}
