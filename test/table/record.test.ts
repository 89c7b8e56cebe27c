/** Records: one encoding for each set of facts, and nothing else is taken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Known, Person } from '../../src/access/facts.ts';
import { maxCards } from '../../src/table/limits.ts';
import {
  decodePerson,
  encodePerson,
  type Holder,
  holderOf,
  maxPersonId,
  maxSeconds,
  type PersonFacts,
  type PersonRecord,
} from '../../src/table/record.ts';
import { card, duressPin, person, pin, plain } from './site.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const tags = fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 18, maxLength: 18 });
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });
const anyFacts: fc.Arbitrary<PersonFacts> = fc
  .record({
    id: fc.integer({ min: 1, max: maxPersonId }),
    validFromS: optional(fc.integer({ min: 0, max: maxSeconds })),
    validUntilS: optional(fc.integer({ min: 0, max: maxSeconds })),
    uses: optional(fc.record({ limit: fc.integer({ min: 1, max: 0xffff }), serial: fc.integer({ min: 0, max: 0xffff }) })),
    extendedTime: fc.boolean(),
    offlinePriority: fc.boolean(),
    hasPin: fc.boolean(),
    hasDuressPin: fc.boolean(),
    cards: fc.integer({ min: 0, max: maxCards }),
    exempt: fc.array(fc.boolean(), { minLength: maxCards, maxLength: maxCards }),
    tags,
  })
  .map(({ id, hasPin, hasDuressPin, cards, exempt, tags: all, ...facts }) => ({
    person: id,
    ...facts,
    credentials: [
      ...all.slice(2, 2 + cards).map((tag, index) => card(tag, exempt[index] === true)),
      ...(hasDuressPin ? [duressPin(all[1] as bigint)] : []),
      ...(hasPin ? [pin(all[0] as bigint)] : []),
    ],
  }));

describe('a record', () => {
  it('has the shape of a person and of a known credential in the rules', () => {
    const record = decodePerson(encodePerson(plain(1))) as PersonRecord;
    const asPerson: Person = record;
    const asKnown: Known = holderOf(encodePerson(plain(1)), 10n) as Holder;
    expect([asPerson.person, asKnown.kind]).toEqual([1, 'pin']);
  });

  it('comes back as it was written, credentials in order', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decoded = decodePerson(encodePerson(facts)) as PersonRecord;
        const { credentials, hasPin, ...rest } = decoded;
        const { credentials: stated, ...restStated } = facts;
        expect(rest).toEqual(restStated);
        expect(new Set(credentials)).toEqual(new Set(stated));
        expect(hasPin).toBe(stated.some(({ kind }) => kind === 'pin'));
        expect(hex(encodePerson(decoded))).toBe(hex(encodePerson(facts)));
      }),
      { numRuns: 500 },
    );
  });

  it('is, byte for byte, what the page says', () => {
    const facts = person(7, [card(0x0102030405060708n), card(5n, true), duressPin(2n), pin(2n ** 64n - 1n)], {
      validFromS: 0x01_0203_0405,
      validUntilS: maxSeconds,
      uses: { limit: 3, serial: 9 },
      extendedTime: true,
      offlinePriority: true,
    });
    expect(hex(encodePerson(facts))).toBe(
      '00000007 1f 04 0102030405 ffffffffff 0003 0009 01ffffffffffffffff 020000000000000002 030102030405060708 040000000000000005'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('takes 24 bytes for a person with one PIN and one card, 25 in a file', () => {
    expect(encodePerson(plain(1)).length).toBe(24);
  });

  it('knows no PIN in a duress PIN alone', () => {
    expect(decodePerson(encodePerson(person(1, [duressPin(1n)])))?.hasPin).toBe(false);
  });

  it.each([
    ['no bytes', ''],
    ['five bytes', '0000000100'],
    ['person 0', '00000000 00 00'],
    ['a reserved flag', '00000001 20 00'],
    ['the highest reserved flag', '00000001 80 00'],
    ['a byte too many', '00000001 00 00 00'],
    ['more credentials than are there', '00000001 00 01 010000000000000001'.slice(0, -2)],
    ['19 credentials', `00000001 00 13 ${Array.from({ length: 19 }, (_, index) => `03${index.toString(16).padStart(16, '0')}`).join('')}`],
    ['17 cards', `00000001 00 11 ${Array.from({ length: 17 }, (_, index) => `03${index.toString(16).padStart(16, '0')}`).join('')}`],
    ['a use limit of 0', '00000001 10 00 0000 0001'],
    ['a cut use limit', '00000001 10 00 0001 00'],
    ['credential kind 0', '00000001 00 01 000000000000000001'],
    ['credential kind 5', '00000001 00 01 050000000000000001'],
    ['two PINs', '00000001 00 02 010000000000000001 010000000000000002'],
    ['two duress PINs', '00000001 00 02 020000000000000001 020000000000000002'],
    ['a card before the PIN', '00000001 00 02 030000000000000001 010000000000000002'],
    ['an exempt card before another', '00000001 00 02 040000000000000001 030000000000000002'],
    ['cards that fall', '00000001 00 02 030000000000000002 030000000000000001'],
    ['a card twice', '00000001 00 02 030000000000000002 030000000000000002'],
  ])('is refused with %s', (_, bytes) => {
    expect(decodePerson(bytesOf(bytes))).toBeUndefined();
    expect(holderOf(bytesOf(bytes), 1n)).toBeUndefined();
  });

  it('never throws, and never reads two encodings for the same facts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const decoded = decodePerson(bytes);
        if (decoded !== undefined) expect(hex(encodePerson(decoded))).toBe(hex(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('names the kind and the exemption of the credential that was presented', () => {
    const record = encodePerson(person(3, [pin(1n), duressPin(2n), card(3n), card(4n, true)]));
    const seen = [1n, 2n, 3n, 4n].map((tag) => holderOf(record, tag)).map((holder) => [holder?.kind, holder?.pinExempt, holder?.person.person]);
    expect(seen).toEqual([
      ['pin', false, 3],
      ['duressPin', false, 3],
      ['card', false, 3],
      ['card', true, 3],
    ]);
    expect(holderOf(record, 5n)).toBeUndefined();
  });

  it.each<[string, Partial<PersonFacts>]>([
    ['person 0', { person: 0 }],
    ['person 2^32', { person: 2 ** 32 }],
    ['half a second', { validFromS: 0.5 }],
    ['a second of 41 bits', { validUntilS: maxSeconds + 1 }],
    ['a use limit of 0', { uses: { limit: 0, serial: 0 } }],
    ['a use limit of 65 536', { uses: { limit: 65_536, serial: 0 } }],
    ['a serial of 65 536', { uses: { limit: 1, serial: 65_536 } }],
    ['a negative tag', { credentials: [pin(-1n)] }],
    ['a tag of 65 bits', { credentials: [pin(2n ** 64n)] }],
    ['an exempt PIN', { credentials: [{ kind: 'pin', pinExempt: true, tag: 1n }] }],
    ['two PINs', { credentials: [pin(1n), pin(2n)] }],
    ['a card twice', { credentials: [card(1n), card(1n)] }],
    ['17 cards', { credentials: Array.from({ length: 17 }, (_, index) => card(BigInt(index))) }],
    ['19 credentials', { credentials: Array.from({ length: 19 }, (_, index) => card(BigInt(index))) }],
  ])('is not written with %s', (_, wrong) => {
    expect(() => encodePerson(plain(1, wrong))).toThrow();
  });
});
