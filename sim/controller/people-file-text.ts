/** Writes the people of a site as a people file (docs/people-file.md), so that taking it in again changes nothing. Who gets it is the caller's. */
import type { Card } from '../../src/access/card.ts';
import { csvText } from '../../src/tools/csv-text.ts';
import { type Column, columns } from '../../src/tools/people-columns.ts';
import { chunksOf } from './chunks.ts';
import type { Rest } from './database.ts';
import { peopleAtOnce } from './people-writing.ts';
import type { KeptPerson } from './person-record.ts';

const ofPins: readonly Column[] = ['pin', 'duress_pin'];

/** Without PINs it has no columns for them: whoever takes it in again leaves them as they are. */
export const peopleFileText = async (people: readonly KeptPerson[], withPins: boolean, rest: Rest): Promise<string> => {
  const written = columns.filter((column) => withPins || !ofPins.includes(column));
  const parts = [csvText([written])];
  for (const chunk of chunksOf(people, peopleAtOnce)) {
    parts.push(csvText(chunk.map((person) => written.map((column) => cells[column](person)))));
    await rest();
  }
  return parts.join('');
};

const cells: Readonly<Record<Column, (person: KeptPerson) => string>> = {
  person: ({ given }) => String(given.person),
  name: ({ name }) => name,
  pin: ({ given }) => given.pin?.reveal() ?? '',
  duress_pin: ({ given }) => given.duressPin?.reveal() ?? '',
  cards: ({ given }) => given.cards.map(cardText).join(';'),
  pin_exempt: ({ given }) => yesNo(given.pinExempt),
  valid_from: ({ given }) => timeOf(given.validFromS),
  valid_until: ({ given }) => timeOf(given.validUntilS),
  uses: ({ given }) => numberText(given.uses?.limit),
  allowance: ({ given }) => numberText(given.uses?.serial),
  extended_time: ({ given }) => yesNo(given.extendedTime),
  offline_priority: ({ given }) => yesNo(given.offlinePriority),
};

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');
const numberText = (number: number | undefined): string => (number === undefined ? '' : String(number));
const timeOf = (seconds: number | undefined): string => (seconds === undefined ? '' : `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`);

const cardText = (card: Card): string => {
  const value = Buffer.from(card.reveal());
  if (card.form === 'text') return value.toString('latin1');
  const number = BigInt(`0x${value.toString('hex')}`) >> BigInt(value.length * 8 - card.length);
  return `${card.length}:0x${number.toString(16).toUpperCase()}`;
};
