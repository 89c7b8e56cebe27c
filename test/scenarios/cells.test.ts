/** Every cell of (mode, state, input), written as the tables of the rules at the door. How a cell comes about is cells.ts's. */
import { describe, expect, it } from 'vitest';
import { type Mode, modes } from '../../src/access/mode.ts';
import { type Input, inputs, outcomeOf, type State, states } from './cells.ts';

interface Cell {
  readonly mode: Mode;
  readonly state: State;
  readonly input: Input;
  readonly outcome: string;
}

/** Cells of a table: a column for each state, a row for each input; in a cell the sound of the key, events, the strike, signals. */
const cellsOf = (mode: Mode, table: string): Cell[] => {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.flatMap((row) => row.slice(2, -1).map((outcome, at) => ({ mode, state: head[at + 2] as State, input: row[1] as Input, outcome })));
};

const cardOnly = cellsOf(
  'cardOnly',
  `
  |              | idle                               | typing                             | deciding                           | offline                            | locked out                         |
  | digit        | key                                | key                                | key                                | key                                | key                                |
  | #            | key                                | key, pin.notAsked, cardFirst       | key                                | key                                | key                                |
  | *            | key                                | key                                | key                                | key                                | key                                |
  | card known   | access.granted ann, opens, granted | access.granted ann, opens, granted | access.granted ann, opens, granted | access.granted ann, opens, granted | access.granted ann, opens, granted |
  | card unknown | credential.notFound, denied        | credential.notFound, denied        | credential.notFound, denied        | credential.notFound, denied        | credential.notFound, denied        |
  | mode change  | mode.changed                       | mode.changed                       | mode.changed, door.locked, denied  | mode.changed                       | mode.changed                       |
  | PIN right    | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            |
  | PIN wrong    | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            | pin.notAsked, cardFirst            |
`,
);

const pinOnly = cellsOf(
  'pinOnly',
  `
  |              | idle                               | typing                                  | deciding                           | offline                            | locked out            |
  | digit        | key                                | key                                     | key                                | key                                | low key               |
  | #            | key                                | key, access.granted ann, opens, granted | key                                | key                                | low key               |
  | *            | key                                | key                                     | key                                | key                                | low key               |
  | card known   | card.notAsked, denied              | card.notAsked, denied                   | card.notAsked, denied              | card.notAsked, denied              | card.notAsked, denied |
  | card unknown | card.notAsked, denied              | card.notAsked, denied                   | card.notAsked, denied              | card.notAsked, denied              | card.notAsked, denied |
  | mode change  | mode.changed                       | mode.changed                            | mode.changed, door.locked, denied  | mode.changed                       | mode.changed          |
  | PIN right    | access.granted ann, opens, granted | credential.notFound, denied             | access.granted ann, opens, granted | access.granted ann, opens, granted | lockedOut             |
  | PIN wrong    | credential.notFound, denied        | credential.notFound, denied             | credential.notFound, denied        | credential.notFound, denied        | lockedOut             |
`,
);

const cardOrPin = cellsOf(
  'cardOrPin',
  `
  |              | idle                               | typing                                  | deciding                           | offline                            | locked out                         |
  | digit        | key                                | key                                     | key                                | key                                | low key                            |
  | #            | key                                | key, access.granted ann, opens, granted | key                                | key                                | low key                            |
  | *            | key                                | key                                     | key                                | key                                | low key                            |
  | card known   | access.granted ann, opens, granted | access.granted ann, opens, granted      | access.granted ann, opens, granted | access.granted ann, opens, granted | access.granted ann, opens, granted |
  | card unknown | credential.notFound, denied        | credential.notFound, denied             | credential.notFound, denied        | credential.notFound, denied        | credential.notFound, denied        |
  | mode change  | mode.changed                       | mode.changed                            | mode.changed, door.locked, denied  | mode.changed                       | mode.changed                       |
  | PIN right    | access.granted ann, opens, granted | credential.notFound, denied             | access.granted ann, opens, granted | access.granted ann, opens, granted | lockedOut                          |
  | PIN wrong    | credential.notFound, denied        | credential.notFound, denied             | credential.notFound, denied        | credential.notFound, denied        | lockedOut                          |
`,
);

const cardAndPin = cellsOf(
  'cardAndPin',
  `
  |              | idle                        | typing                        | deciding                          | offline                     | locked out                  |
  | digit        | key                         | key                           | key                               | key                         | key                         |
  | #            | key                         | key, pin.cardFirst, cardFirst | key                               | key                         | key                         |
  | *            | key                         | key                           | key                               | key                         | key                         |
  | card known   | pinAsked                    | pinAsked                      | pinAsked                          | pinAsked                    | pinAsked                    |
  | card unknown | credential.notFound, denied | credential.notFound, denied   | credential.notFound, denied       | credential.notFound, denied | credential.notFound, denied |
  | mode change  | mode.changed                | mode.changed                  | mode.changed, door.locked, denied | mode.changed                | mode.changed                |
  | PIN right    | pin.cardFirst, cardFirst    | pin.cardFirst, cardFirst      | pin.cardFirst, cardFirst          | pin.cardFirst, cardFirst    | pin.cardFirst, cardFirst    |
  | PIN wrong    | pin.cardFirst, cardFirst    | pin.cardFirst, cardFirst      | pin.cardFirst, cardFirst          | pin.cardFirst, cardFirst    | pin.cardFirst, cardFirst    |
`,
);

const cardAndPinAfterCard = cellsOf(
  'cardAndPin',
  `
  |              | window open                                    | window over                 | Ann locked out              |
  | digit        | key                                            | key                         | key                         |
  | #            | key                                            | key                         | key                         |
  | *            | key                                            | key                         | key                         |
  | card known   | pin.abandoned ann, pinAsked                    | pinAsked                    | lockedOut                   |
  | card unknown | pin.abandoned ann, credential.notFound, denied | credential.notFound, denied | credential.notFound, denied |
  | mode change  | mode.changed                                   | mode.changed                | mode.changed                |
  | PIN right    | access.granted ann, opens, granted             | pin.late, windowOver        | pin.cardFirst, cardFirst    |
  | PIN wrong    | pin.wrong ann, denied                          | pin.late, windowOver        | pin.cardFirst, cardFirst    |
`,
);

/** Nothing is ever being decided in an unlocked door: it answers at once. */
const unlocked = cellsOf(
  'unlocked',
  `
  |              | idle                        | typing                           | offline                     | locked out                  |
  | digit        | key                         | key                              | key                         | key                         |
  | #            | key                         | key, access.unlockedUse, granted | key                         | key                         |
  | *            | key                         | key                              | key                         | key                         |
  | card known   | access.unlockedUse, granted | access.unlockedUse, granted      | access.unlockedUse, granted | access.unlockedUse, granted |
  | card unknown | access.unlockedUse, granted | access.unlockedUse, granted      | access.unlockedUse, granted | access.unlockedUse, granted |
  | mode change  | mode.changed, door.relocked | mode.changed, door.relocked      | mode.changed, door.relocked | mode.changed, door.relocked |
  | PIN right    | access.unlockedUse, granted | access.unlockedUse, granted      | access.unlockedUse, granted | access.unlockedUse, granted |
  | PIN wrong    | access.unlockedUse, granted | access.unlockedUse, granted      | access.unlockedUse, granted | access.unlockedUse, granted |
`,
);

const locked = cellsOf(
  'locked',
  `
  |              | idle                | typing                   | deciding                          | offline             | locked out          |
  | digit        | key                 | key                      | key                               | key                 | key                 |
  | #            | key                 | key, door.locked, denied | key                               | key                 | key                 |
  | *            | key                 | key                      | key                               | key                 | key                 |
  | card known   | door.locked, denied | door.locked, denied      | door.locked, denied               | door.locked, denied | door.locked, denied |
  | card unknown | door.locked, denied | door.locked, denied      | door.locked, denied               | door.locked, denied | door.locked, denied |
  | mode change  | mode.changed        | mode.changed             | mode.changed                      | mode.changed        | mode.changed        |
  | PIN right    | door.locked, denied | door.locked, denied      | door.locked, denied               | door.locked, denied | door.locked, denied |
  | PIN wrong    | door.locked, denied | door.locked, denied      | door.locked, denied               | door.locked, denied | door.locked, denied |
`,
);

const tables = {
  'R7: cardOnly: a card opens; a PIN is not looked up, card-first signal, pin.notAsked': cardOnly,
  'R9: pinOnly: a PIN opens; a card is not looked up, denied, card.notAsked; a lockout stops PINs': pinOnly,
  'R9: cardOrPin: either alone opens; a lockout stops PINs, cards go on working': cardOrPin,
  'R8: cardAndPin: a card asks for the PIN; a PIN with no card is not looked up, and the lockout of the reader does not count': cardAndPin,
  'R8: cardAndPin after a card: the PIN in the window opens, a late one is not looked up, a second card replaces the first': cardAndPinAfterCard,
  'R7: unlocked: card and PIN are not looked up, open signal, an information event': unlocked,
  'R7: locked: card and PIN are not looked up, no attempt, denied, door.locked': locked,
};

describe.each(Object.entries(tables))('%s', (_, cells) => {
  it.each(cells)('$mode, $state: $input -> $outcome', async ({ mode, state, input, outcome }) => {
    expect(await outcomeOf(mode, state, input)).toBe(outcome);
  });
});

describe('the tables', () => {
  it('have a cell for every mode, state and input that can meet', () => {
    const onlyAfterCard: readonly State[] = ['window open', 'window over', 'Ann locked out'];
    const canMeet = (mode: Mode, state: State): boolean =>
      (mode === 'cardAndPin' || !onlyAfterCard.includes(state)) && !(mode === 'unlocked' && state === 'deciding');
    const expected = modes.flatMap((mode) =>
      (Object.keys(states) as State[])
        .filter((state) => canMeet(mode, state))
        .flatMap((state) => Object.keys(inputs).map((input) => `${mode}, ${state}, ${input}`)),
    );
    const written = Object.values(tables)
      .flat()
      .map(({ mode, state, input }) => `${mode}, ${state}, ${input}`);
    expect(written.toSorted()).toEqual(expected.toSorted());
  });
});
