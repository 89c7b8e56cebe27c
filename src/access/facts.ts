/** What the rules must know of a person and of what they presented. The PIN table's records have this shape; the rules do not know the table. */

/** 1..2^32-1, chosen by the controller. Names never reach the reader (SECURITY I6). */
export type PersonId = number;

export interface Person {
  readonly person: PersonId;
  /** Seconds since 1970, UTC; the person may enter from this second on. */
  readonly validFromS?: number | undefined;
  /** Seconds since 1970, UTC; the first second at which the person may no longer enter. */
  readonly validUntilS?: number | undefined;
  /** How many grants this allowance holds (1..65 535), and which allowance it is: a new serial starts counting afresh. */
  readonly uses?: { readonly limit: number; readonly serial: number } | undefined;
  /** Window and strike × 2; 10 s between digits inside the window (DESIGN R13). */
  readonly extendedTime: boolean;
  /** Still served when offline service is down to priority people (DESIGN R15). */
  readonly offlinePriority: boolean;
  /** Has a PIN, so that a card may ask for it (DESIGN R8). */
  readonly hasPin: boolean;
}

export type CredentialKind = 'pin' | 'duressPin' | 'card';

/** What a look-up found: whose credential it is, and of which kind. */
export interface Known {
  readonly person: Person;
  readonly kind: CredentialKind;
  /** Opens alone where a PIN is asked for as well. Only a card can be. */
  readonly pinExempt: boolean;
}

/**
 * `noTable`: no version is in force, nobody gets in (SECURITY E17). `damaged`: the record is there but its bytes are not
 * what was written: it denies, and is reported (SECURITY C8).
 */
export type LookUp = Known | 'nobody' | 'noTable' | 'damaged';
