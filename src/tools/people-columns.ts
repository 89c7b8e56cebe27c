/**
 * The columns of a people file and what each holds: what the help of `doorpad table import`, the page docs/people-file.md and
 * the errors are drawn from. How a file is read is people-file.ts's.
 */

/** In the order in which people think of them; a file may have any. Only `person` is required. */
export const columnMeanings = {
  person: 'a number of their own, 1 to 4294967295',
  name: 'for whoever keeps the list: a reader keeps no names, and passes it over',
  pin: '4 to 8 digits; format the column as text, or a spreadsheet drops leading zeros',
  duress_pin: 'a second PIN, which opens as usual and raises a silent event (entry.duress)',
  cards: 'separated by ";": what a typing reader sends, or bits as 26:0x2A3B4C5',
  pin_exempt: 'yes or no: their cards open alone where a PIN is asked for as well',
  valid_from: "2027-03-31 (from its first second, by this machine's clock) or 2027-03-31T18:00+02:00",
  valid_until: '2027-03-31 (to its last second) or 2027-03-31T18:00+02:00',
  uses: 'how many entries, 1 to 65535; empty: without limit',
  allowance: 'a number, 0 to 65535; another one than before starts the count of uses afresh',
  extended_time: 'yes or no: twice the time, to type and to pass',
  offline_priority: 'yes or no: served longer while a controller is away',
} as const;

export type Column = keyof typeof columnMeanings;
export const columns = Object.keys(columnMeanings) as readonly Column[];

export const isColumn = (name: string): name is Column => Object.hasOwn(columnMeanings, name);

export const peopleExample = `person,name,pin,cards
1,Ada,041733,12345678
2,Bo,,26:0x2A3B4C5
`;
