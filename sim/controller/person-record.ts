/**
 * A person as the controller keeps them: what readers are told of them, what people call them, and how long their PIN has been theirs. Decides
 * who stands in readers' tables, and how a record stands in its row; who may change whom is people-desk.ts's.
 */
import type { Selectable } from 'kysely';
import type { GivenPerson } from '../../src/table/given-person.ts';
import { readPerson } from './person-text.ts';
import type { SecretBox } from './secret-box.ts';
import type { Tables } from './tables.ts';

export interface KeptPerson {
  readonly given: GivenPerson;
  /** Empty: nobody has said. */
  readonly name: string;
  readonly email: string | undefined;
  /** By hand: they are in no table until somebody takes it back. */
  readonly isSuspended: boolean;
  /** By their schedule, or because all readers together have seen their last use: likewise. */
  readonly isOutOfHours: boolean;
  readonly schedule: number | undefined;
}

export interface PinFact {
  readonly length: number;
  /** Milliseconds since 1970; 0: before this was kept. */
  readonly issuedMs: number;
  readonly issuedBy: string;
  /** The number of the change that brought it: a reader whose table goes through that number has it. */
  readonly change: number;
}

export interface PersonRecord extends KeptPerson {
  readonly pin: PinFact | undefined;
  /** Rises with each change. */
  readonly revision: number;
}

/** Undefined: not there. */
export interface PersonChange {
  readonly before: PersonRecord | undefined;
  readonly after: KeptPerson | undefined;
}

/** Who did it, and when. */
export interface Author {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Somebody of whom nothing is known but this. */
export const unnamed = (given: GivenPerson): KeptPerson => ({
  given,
  name: '',
  email: undefined,
  isSuspended: false,
  isOutOfHours: false,
  schedule: undefined,
});

/** As readers know them; undefined: not at all. */
export const inTables = (kept: KeptPerson | undefined): GivenPerson | undefined =>
  kept === undefined || kept.isSuspended || kept.isOutOfHours ? undefined : kept.given;

/** Throws a Fault `disk.damaged` as readPerson does. */
export const readRecord = (box: SecretBox, row: Selectable<Tables['person']>): PersonRecord => ({
  given: readPerson(box, row.person, row.text),
  name: row.name,
  email: row.email ?? undefined,
  isSuspended: row.is_suspended === 1,
  isOutOfHours: row.is_out_of_hours === 1,
  schedule: row.schedule ?? undefined,
  pin:
    row.pin_length === null
      ? undefined
      : { length: row.pin_length, issuedMs: row.pin_issued_ms ?? 0, issuedBy: row.pin_issued_by ?? '', change: row.pin_change ?? 0 },
  revision: row.revision,
});
