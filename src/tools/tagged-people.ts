/**
 * From the people of a list to what a table says of them: tags in place of PINs and cards, and an error by line for each number or credential
 * that stands twice. What a file says of each person is people-file.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { FirstErrors } from '../shared/first-errors.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { factsOf } from '../table/given-person.ts';
import type { CredentialKind, PersonFacts } from '../table/record.ts';
import type { Column } from './people-columns.ts';
import { listedErrors, type PeopleError, type PeopleReading } from './people-file.ts';

/** As at the reader with this table key; or everything that is wrong, what was wrong in the file included. */
export const taggedPeople = (
  crypto: Crypto,
  tableKey: SecretBytes,
  { people, errors: wrongInFile, furtherErrors }: PeopleReading,
): Result<readonly PersonFacts[], readonly PeopleError[]> => {
  const twice = new FirstErrors<PeopleError>();
  const personLines = new Map<number, number>();
  const tagPlaces = new Map<bigint, string>();
  const facts = people.map((listed): PersonFacts => {
    const { line, person } = listed;
    const earlier = personLines.get(person);
    if (earlier !== undefined) twice.add({ line, column: 'person', sentence: `This person is on line ${earlier} as well.` });
    if (person !== 0) personLines.set(person, line);
    const theirs = factsOf(crypto, tableKey, listed);
    for (const { kind, tag } of theirs.credentials) {
      const column = columnOf[kind];
      const place = tagPlaces.get(tag);
      if (place !== undefined)
        twice.add({ line, column, sentence: `The same is in ${place} already; two people cannot share it, and one cannot have it twice.` });
      tagPlaces.set(tag, `line ${line}, ${column}`);
    }
    return theirs;
  });
  const errors = [...wrongInFile, ...twice.first];
  return errors.length === 0 ? ok(facts) : failed(listedErrors(errors, furtherErrors + twice.further));
};

/** Where each kind stands in a people file. */
export const columnOf = { pin: 'pin', duressPin: 'duress_pin', card: 'cards' } as const satisfies Record<CredentialKind, Column>;
