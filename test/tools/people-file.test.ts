/** People as a spreadsheet lists them: what is taken, what is refused, and that no error shows a PIN. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxListedErrors } from '../../src/shared/first-errors.ts';
import { maxCards, maxPersons } from '../../src/table/limits.ts';
import { columns } from '../../src/tools/people-columns.ts';
import { cardFrom, type ListedPerson, listedErrors, maxPeopleFileBytes, readPeople } from '../../src/tools/people-file.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const peopleOf = (text: string): readonly ListedPerson[] => {
  const { people, errors } = readPeople(bytesOf(text));
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return people;
};

const errorsOf = (text: string | Uint8Array): readonly string[] => {
  const { errors, furtherErrors } = readPeople(typeof text === 'string' ? bytesOf(text) : text);
  return listedErrors(errors, furtherErrors).map(({ line, column, sentence }) => `${line ?? '-'} ${column ?? '-'}: ${sentence}`);
};

/** The errors of one person with these cells and a card. */
const errorsWith = (column: string, value: string): readonly string[] =>
  column === 'cards' ? errorsOf(`person,cards\n1,${value}`) : errorsOf(`person,cards,${column}\n1,CARD,${value}`);

const seconds = (...date: [number, number, number]): number => new Date(...date).getTime() / 1_000;

describe('a file of people', () => {
  it('gives each person as the file says', () => {
    const people = peopleOf(`person,name,pin,duress_pin,cards,pin_exempt,valid_from,valid_until,uses,allowance,extended_time,offline_priority
7,Ada,0417,9911,26:0x2ABCDEF;12345678,yes,2027-03-01,2027-03-31,5,2,true,1
4294967295,Bo,12345678,,,no,,,,,,
8,,,,ABC-1,,2027-03-01T06:00Z,2027-03-01T18:00:30+02:00,,,FALSE,0
`);
    const [ada, bo, third] = people;
    expect(ada).toMatchObject({ line: 2, person: 7, pinExempt: true, uses: { limit: 5, serial: 2 }, extendedTime: true, offlinePriority: true });
    expect(ada?.pin?.reveal()).toBe('0417');
    expect(ada?.duressPin?.reveal()).toBe('9911');
    expect(ada?.cards.map((card) => [card.form, card.length])).toEqual([
      ['bits', 26],
      ['text', 8],
    ]);
    expect([ada?.validFromS, ada?.validUntilS]).toEqual([seconds(2027, 2, 1), seconds(2027, 3, 1)]);
    expect(bo).toMatchObject({ person: 4_294_967_295, cards: [], pinExempt: false, uses: undefined, validFromS: undefined, extendedTime: false });
    expect([third?.validFromS, third?.validUntilS]).toEqual([Date.UTC(2027, 2, 1, 6) / 1_000, Date.UTC(2027, 2, 1, 16, 0, 30) / 1_000]);
  });

  it('may have its columns in any order, and only those it needs', () => {
    expect(peopleOf('pin,person\r\n0000,1\r\n')[0]?.pin?.reveal()).toBe('0000');
  });

  it('tells that names are there, which a reader does not keep', () => {
    expect(readPeople(bytesOf('person,name,pin\n1,Ada,0417'))).toMatchObject({ errors: [], hasNames: true });
    expect(JSON.stringify(peopleOf('person,name,pin\n1,Ada,0417'))).not.toContain('Ada');
  });

  it('may list nobody', () => {
    expect(peopleOf('person,pin\n')).toEqual([]);
  });
});

describe('a file of people is refused', () => {
  it('with every error at once, by line and column, and without a digit of any PIN', () => {
    const text = `person,pin,duress_pin,cards,valid_from,valid_until,uses,pin_exempt
0,0417,,,,,,
x,417,,,,,,
3,041-7,,26:0xZZ,03/04/2027,2027-02-30,0,perhaps
4,123456789,,,,,,
5,,,,,,,
6,0418,,,2027-03-02,2027-03-01,,
7,,0419,CARD,,,,
8,0420,,,,,,yes
`;
    const errors = errorsOf(text);
    expect(errors).toMatchInlineSnapshot(`
      [
        "2 person: It must be a whole number, 1 to 4294967295.",
        "3 person: It must be a whole number, 1 to 4294967295.",
        "3 pin: A PIN has at least 4 digits. If a spreadsheet dropped leading zeros, format the column as text and type them again.",
        "4 pin: A PIN has 4 to 8 digits and nothing else. If a spreadsheet rewrote it as a number, format the column as text.",
        "4 cards: Card 1 is neither bits (such as 26:0x2A3B4C5, a number of bits and a hexadecimal number that fits them) nor the text a typing reader sends (1 to 64 letters, digits and signs).",
        "4 pin_exempt: It must be yes or no; empty means no.",
        "4 valid_from: It must be a day (2027-03-31) or a time with its zone (2027-03-31T18:00Z, 2027-03-31T18:00+02:00), from 2000 to 2199.",
        "4 valid_until: There is no such day.",
        "4 uses: It must be a whole number, 1 to 65535.",
        "5 pin: A PIN has 4 to 8 digits and nothing else. If a spreadsheet rewrote it as a number, format the column as text.",
        "6 -: This person has neither a PIN nor a card.",
        "7 valid_until: It ends before it begins.",
        "8 duress_pin: A duress PIN needs a PIN beside it.",
        "9 pin_exempt: Only cards can be PIN-exempt, and this person has none.",
      ]
    `);
    expect(errors.join()).not.toMatch(/041|123456789|0420/);
  });

  it.each([
    ['', 'empty'],
    ['person;pin\n1;0417', 'not separated by commas'],
    ['person\tpin\n', 'not separated by commas'],
    ['pin\n0417', 'The column "person" is missing'],
    ['person,pin,pin\n', 'twice'],
    ['person,code\n1,0417', 'The name of column 2 is not one of: person, name, pin'],
    ['Person,pin\n', 'The name of column 1 is to be written "person", in small letters.'],
    ['person, Valid From\n', 'The name of column 2 is to be written "valid_from"'],
    ['person,041733\n', 'The name of column 2 is not one of: person, name'],
    ['person,pin\n1,"04', 'A quote must'],
  ])('when it is no such file: %j', (text, sentence) => {
    expect(errorsOf(text).join('\n')).toContain(sentence);
  });

  it('when it is not UTF-8, or larger than any list of people', () => {
    expect(errorsOf(Uint8Array.of(0x70, 0xff)).join()).toContain('not UTF-8');
    expect(errorsOf(new Uint8Array(maxPeopleFileBytes + 1)).join()).toContain('larger than');
  });

  it('when it lists more people than a table holds', () => {
    expect(errorsOf(`person\n${'1\n'.repeat(maxPersons + 1)}`)).toEqual([
      `- -: The file lists more than ${maxPersons} people; a table holds no more.`,
    ]);
  });

  it('with a count of the errors beyond the first hundred', () => {
    const errors = errorsOf(`person,pin\n${'x,0417\n'.repeat(maxListedErrors + 5)}`);
    expect(errors).toHaveLength(maxListedErrors + 1);
    expect(errors.at(-1)).toBe('- -: There are 5 further errors.');
    expect(errorsOf(`person,pin\n${'x,0417\n'.repeat(maxListedErrors + 1)}`).at(-1)).toBe('- -: There is 1 further error.');
  });

  it('with the first hundred by line, whatever is wrong with them, and keeps hardly more', () => {
    const text = `person,pin\n${'x,0417\n1,"04"17\n'.repeat(400)}`;
    const { errors, furtherErrors } = readPeople(bytesOf(text));
    expect([errors.length <= 2 * maxListedErrors, errors.length + furtherErrors]).toEqual([true, 800]);
    const said = errorsOf(text);
    expect(said.slice(0, maxListedErrors).map((line) => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: maxListedErrors }, (_each, at) => at + 2),
    );
    expect(said.at(-1)).toBe('- -: There are 700 further errors.');
  });

  it('when it has more wrong lines than a table holds people, and reads no further', () => {
    expect(errorsOf(`person,pin\n${'"a"x\n'.repeat(maxPersons + 1)}`)).toEqual([
      `- -: The file lists more than ${maxPersons} people; a table holds no more.`,
    ]);
  });

  it.each(['1', '12', '123'])('for a PIN as short as %j, with the hint that zeros may have been dropped', (pin) => {
    expect(errorsWith('pin', pin).join()).toContain('dropped leading zeros');
  });

  it.each(['123456789', '12a4', '1234.0', '1.2E+07', '-1234', '１２３４', '12 34'])('for a PIN that is no PIN: %j', (pin) => {
    expect(errorsWith('pin', pin).join()).toContain('4 to 8 digits and nothing else');
  });

  it.each(['2027-3-1', '01.03.2027', '3/1/2027', '2027-03-01T18:00', '2027-03-01T25:00Z', '1999-12-31', '2200-01-01', '20270301'])(
    'for a time that is none or could be two: %j',
    (text) => {
      expect(errorsWith('valid_from', text)).toEqual([expect.stringContaining('2 valid_from: It must be a day')]);
      expect(errorsWith('valid_until', text)).toEqual([expect.stringContaining('2 valid_until: It must be a day')]);
    },
  );

  it.each(['2027-02-29', '2027-13-01', '2027-00-01', '2027-04-31T18:00Z'])('for a day that no calendar has: %j', (text) => {
    expect(errorsWith('valid_from', text)).toEqual(['2 valid_from: There is no such day.']);
  });

  it.each(['0:0x0', '26:0x4000000', '513:0x1', '26:12', '26:', '1.23E+09', '1,5E7', 'ü', 'a b', 'x'.repeat(65)])(
    'for a card that cannot be one: %j',
    (card) => {
      expect(errorsWith('cards', `"${card}"`)).toEqual([expect.stringContaining('2 cards: Card 1 is neither bits')]);
    },
  );

  it('for more cards than a person has', () => {
    const cards = (count: number): string => Array.from({ length: count }, (_, index) => `C${index}`).join(';');
    expect(errorsWith('cards', cards(maxCards))).toEqual([]);
    expect(errorsWith('cards', cards(maxCards + 1))).toEqual([`2 cards: A person has at most ${maxCards} cards.`]);
  });

  it('for an allowance of nothing, and use counts out of range', () => {
    expect(errorsWith('allowance', '3').join()).toContain('needs "uses"');
    expect(errorsWith('uses', '65536').join()).toContain('1 to 65535');
    expect(errorsWith('uses', '65535')).toEqual([]);
  });
});

describe('a card in a file', () => {
  it('is bits, the first bit read being the highest of the number', () => {
    const card = cardFrom('26:0x2ABCDEF');
    expect([card?.form, card?.length, Buffer.from(card?.reveal() ?? []).toString('hex')]).toEqual(['bits', 26, 'aaf37bc0']);
    expect(Buffer.from(cardFrom('26:0x1')?.reveal() ?? []).toString('hex')).toBe('00000040');
    expect(Buffer.from(cardFrom('8:0xa5')?.reveal() ?? []).toString('hex')).toBe('a5');
    expect(cardFrom(`512:0x${'f'.repeat(128)}`)?.reveal()).toHaveLength(64);
  });

  it('or the text that a typing reader sends', () => {
    expect([cardFrom('0004711')?.form, Buffer.from(cardFrom('0004711')?.reveal() ?? []).toString()]).toEqual(['text', '0004711']);
  });
});

describe('any file of people', () => {
  it('is taken or refused, and never throws or repeats a cell', () => {
    const cell = fc.oneof(fc.constantFrom('1', '0417', '76549321', 'yes', '2027-03-01', '26:0x1', '', '"', ',', ';', '\n'), fc.string());
    const text = fc
      .tuple(fc.subarray([...columns]), fc.array(fc.array(cell, { maxLength: 8 }), { maxLength: 5 }))
      .map(([header, rows]) => [header, ...rows].map((row) => row.join(',')).join('\n'));
    fc.assert(
      fc.property(text, (file) => {
        expect(errorsOf(file).join()).not.toMatch(/0417|76549321/);
      }),
      { numRuns: 1_000 },
    );
  });
});
