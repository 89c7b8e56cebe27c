/** The keypad, the card reader and the inputs on an input device: their contracts over a FIFO, then what each makes of its codes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvdevCardReader, typingGapMs } from '../../src/drivers/evdev-card-reader.ts';
import type { EvdevState } from '../../src/drivers/evdev-device.ts';
import { EvdevInputs, type InputWirings } from '../../src/drivers/evdev-inputs.ts';
import { EvdevKeypad } from '../../src/drivers/evdev-keypad.ts';
import type { CardRead } from '../../src/ports/card-reader.ts';
import type { Key } from '../../src/ports/keypad.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { present } from '../../src/shared/assert.ts';
import { describeCardReader } from '../contracts/card-reader.contract.ts';
import { Heard, someTurns } from '../contracts/heard.ts';
import { describeInputs } from '../contracts/inputs.contract.ts';
import { describeKeypad } from '../contracts/keypad.contract.ts';
import { EvdevFifo, evSw, evSyn, synDropped } from './evdev-fifo.ts';

const numericCodes = '0123456789*#';
const codeOf = (key: Key): number => 0x200 + numericCodes.indexOf(key);
const shift = 42;
const enter = 28;

const usLetterCodes = { a: 30, b: 48, c: 46, d: 32, e: 18, f: 33, A: 30, B: 48, C: 46, D: 32, E: 18, F: 33 };

/** Codes of a US keyboard, by hand and apart from the driver's own table. */
const usCodes: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'1234567890'].map((digit, index) => [digit, 2 + index])),
  ...usLetterCodes,
};

function typeCharacter(fifo: EvdevFifo, character: string, atWallMs = fifo.wallMs): void {
  const code = present(usCodes[character], 'a character of the tests');
  const isShifted = /[A-F]/.test(character);
  if (isShifted) fifo.key(shift, 1, atWallMs);
  fifo.key(code, 1, atWallMs);
  fifo.key(code, 0, atWallMs);
  if (isShifted) fifo.key(shift, 0, atWallMs);
}

function typeCard(fifo: EvdevFifo, text: string): void {
  for (const character of text) typeCharacter(fifo, character);
  fifo.key(enter, 1);
  fifo.key(enter, 0);
}

for (const eventBytes of [24, 16] as const) {
  describeKeypad(`EvdevKeypad on events of ${eventBytes} bytes`, () => {
    const fifo = new EvdevFifo(eventBytes);
    return {
      keypad: new EvdevKeypad(fifo.device),
      clock: fifo.clock,
      press: (key) => [1, 2, 2].forEach((value) => void fifo.key(codeOf(key), value)),
      release: (key) => fifo.key(codeOf(key), 0),
      detach: () => fifo.unplug(),
      attach: () => fifo.comeBack(),
      close: () => fifo.close(),
    };
  });
}

describeCardReader('EvdevCardReader', () => {
  const fifo = new EvdevFifo();
  return {
    cardReader: new EvdevCardReader(fifo.device, fifo.clock),
    clock: fifo.clock,
    presentText: (text) => typeCard(fifo, text),
    detach: () => fifo.unplug(),
    attach: () => fifo.comeBack(),
    close: () => fifo.close(),
  };
});

const wirings = {
  rex: { kind: 'key', code: 148, activeValue: 1 },
  doorContact: { kind: 'switch', code: 9, activeValue: 1 },
  tamper: { kind: 'key', code: 149, activeValue: 1 },
} as const satisfies InputWirings;

describeInputs('EvdevInputs', () => {
  const fifo = new EvdevFifo();
  return {
    inputs: new EvdevInputs(fifo.device, wirings),
    clock: fifo.clock,
    set: (input, isActive) => fifo.event(wirings[input].kind === 'key' ? 1 : evSw, wirings[input].code, isActive ? 1 : 0),
    close: () => fifo.close(),
  };
});

describe('EvdevKeypad', () => {
  let fifo: EvdevFifo;
  let subscription: Subscription;
  beforeEach(() => {
    fifo = new EvdevFifo();
  });
  afterEach(() => {
    subscription.stop();
    fifo.close();
  });

  function listen(keypad = new EvdevKeypad(fifo.device)): Heard<string> {
    const heard = new Heard<string>();
    subscription = keypad.listen({ changed: ({ key, action }) => heard.add(`${key} ${action}`), attached: () => expect.unreachable() });
    return heard;
  }

  it('knows the digits, star and hash of keyboards, numeric pads and telephone keypads', async () => {
    const heard = listen();
    const rows: readonly (readonly [readonly number[], string])[] = [
      [[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 28], '1234567890#'],
      [[71, 72, 73, 75, 76, 77, 79, 80, 81, 82, 55, 96], '7894561230*#'],
      [[0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, 0x208, 0x209, 0x20a, 0x20b], '0123456789*#'],
    ];
    const expected: string[] = [];
    for (const [codes, keys] of rows) {
      for (const code of codes) {
        fifo.key(code, 1);
        fifo.key(code, 0);
      }
      for (const key of keys) expected.push(`${key} pressed`, `${key} released`);
    }
    expect(await heard.atLeast(expected.length)).toEqual(expected);
  });

  it('takes two codes of one key for one key', async () => {
    const heard = listen();
    for (const [code, value] of [
      [2, 1],
      [79, 1],
      [79, 0],
      [2, 0],
      [79, 1],
      [79, 0],
    ] as const)
      fifo.key(code, value);
    expect(await heard.atLeast(4)).toEqual(['1 pressed', '1 released', '1 pressed', '1 released']);
  });

  it('passes over keys that are not its own, values that are none, and releases of keys that were not down', async () => {
    const heard = listen();
    for (const [code, value] of [
      [30, 1],
      [30, 0],
      [3, 0],
      [3, 7],
      [3, -1],
      [3, 2],
      [4, 1],
    ] as const)
      fifo.key(code, value);
    fifo.event(evSw, 5, 1);
    fifo.key(5, 1);
    expect(await heard.atLeast(2)).toEqual(['3 pressed', '4 pressed']);
  });

  it('releases what was held when events were lost', async () => {
    const heard = listen();
    fifo.key(2, 1);
    fifo.event(evSyn, synDropped, 0);
    fifo.key(2, 0);
    fifo.key(2, 1);
    expect(await heard.atLeast(3)).toEqual(['1 pressed', '1 released', '1 pressed']);
  });

  it('takes a map of its own', async () => {
    const heard = listen(new EvdevKeypad(fifo.device, new Map([[30, '*']])));
    fifo.key(2, 1);
    fifo.key(30, 1);
    expect(await heard.atLeast(1)).toEqual(['* pressed']);
  });
});

describe('EvdevCardReader', () => {
  let fifo: EvdevFifo;
  let heard: Heard<string>;
  let cards: CardRead[];
  let stop: () => void;
  beforeEach(() => {
    fifo = new EvdevFifo();
    heard = new Heard();
    cards = [];
    const subscription = new EvdevCardReader(fifo.device, fifo.clock).listen({
      read: (card) => {
        cards.push(card);
        heard.add(Buffer.from(card.value).toString('latin1'));
      },
      attached: (isAttached) => heard.add(isAttached ? '(attached)' : '(detached)'),
    });
    stop = () => subscription.stop();
  });
  afterEach(() => {
    stop();
    fifo.close();
  });

  /** Characters are waited for by their timer, which is all that shows from outside. */
  const typed = async (): Promise<void> => {
    for (let turn = 0; fifo.clock.nextDueMs === undefined && turn < 10_000; turn++) await someTurns();
    await someTurns();
  };

  it('takes a pause of 50 ms for the end of a card when the reader sends no Enter', async () => {
    for (const character of '12aB') typeCharacter(fifo, character);
    await typed();
    await fifo.clock.advance(typingGapMs - 1);
    expect(heard.reports).toEqual([]);
    await fifo.clock.advance(1);
    expect(heard.reports).toEqual(['12aB']);
    fifo.key(enter, 1);
    typeCard(fifo, '7');
    expect(await heard.atLeast(2)).toEqual(['12aB', '7']);
    expect(fifo.clock.nextDueMs).toBeUndefined();
  });

  it('tells two cards apart by their stamps when both were waiting in one read', async () => {
    await fifo.clock.advance(500);
    for (const character of '11') typeCharacter(fifo, character, fifo.wallMs - 400);
    for (const character of '22') typeCharacter(fifo, character, fifo.wallMs - 100);
    fifo.key(enter, 1, fifo.wallMs - 99);
    expect(await heard.atLeast(2)).toEqual(['11', '22']);
    expect(cards.map(({ atMs }) => atMs)).toEqual([fifo.clock.nowMs() - 400, fifo.clock.nowMs() - 99]);
  });

  it('takes Enter alone, auto-repeat, and keys that type nothing for no part of a card', async () => {
    fifo.key(enter, 1);
    for (const [code, value] of [
      [2, 1],
      [2, 2],
      [2, 2],
      [2, 0],
      [59, 1],
      [59, 0],
      [1, 1],
      [1, 0],
    ] as const)
      fifo.key(code, value);
    fifo.event(evSw, 3, 1);
    fifo.key(96, 1);
    expect(await heard.atLeast(1)).toEqual(['1']);
  });

  it('types what a US keyboard types, with either shift', async () => {
    const hold = (code: number, codes: readonly number[]): void => {
      fifo.key(code, 1);
      for (const each of codes) fifo.key(each, 1);
      fifo.key(code, 0);
    };
    hold(54, [39, 2, 16]);
    for (const code of [39, 51, 12, 57, 44]) fifo.key(code, 1);
    hold(42, [40, 43]);
    fifo.key(enter, 1);
    expect(await heard.atLeast(1)).toEqual([':!Q;,- z"|']);
  });

  it('forgets part of a number when events were lost or the device went', async () => {
    fifo.key(shift, 1);
    fifo.key(2, 1);
    fifo.event(evSyn, synDropped, 0);
    typeCard(fifo, '9');
    expect(await heard.atLeast(1)).toEqual(['9']);
    fifo.key(3, 1);
    await typed();
    fifo.unplug();
    await heard.atLeast(2);
    await fifo.comeBack();
    typeCard(fifo, '8');
    expect(await heard.atLeast(4)).toEqual(['9', '(detached)', '(attached)', '8']);
  });

  it('keeps no timer once it was stopped in the middle of a number', async () => {
    fifo.key(2, 1);
    await typed();
    stop();
    expect(fifo.clock.nextDueMs).toBeUndefined();
  });
});

describe('EvdevInputs', () => {
  let fifo: EvdevFifo;
  afterEach(() => fifo.close());

  function listen(inputs: EvdevInputs, attached: (isAttached: boolean) => void = () => undefined): Heard<string> {
    const heard = new Heard<string>();
    inputs.listen({ changed: ({ input, isActive }) => heard.add(`${input} ${isActive}`), attached });
    return heard;
  }

  it('turns a contact that opens round, and passes over other codes and values', async () => {
    fifo = new EvdevFifo();
    const heard = listen(new EvdevInputs(fifo.device, { tamper: { kind: 'switch', code: 0, activeValue: 0 } }));
    await heard.atLeast(1);
    for (const [type, code, value] of [
      [1, 0, 0],
      [evSw, 1, 0],
      [evSw, 0, 2],
      [evSw, 0, 0],
      [evSw, 0, 1],
    ] as const)
      fifo.event(type, code, value);
    expect(await heard.atLeast(3)).toEqual(['tamper false', 'tamper true', 'tamper false']);
  });

  it('tells where the contacts are from the start, and after events were lost, where the board can ask', async () => {
    const states: EvdevState[] = [
      { keys: new Set(), switches: new Set([9]) },
      { keys: new Set([148]), switches: new Set() },
    ];
    fifo = new EvdevFifo(24, { grab: () => undefined, state: () => present(states.shift(), 'a state is left') });
    const heard = listen(new EvdevInputs(fifo.device, wirings));
    await heard.atLeast(3);
    fifo.event(evSyn, synDropped, 0);
    expect(await heard.atLeast(5)).toEqual(['rex false', 'doorContact true', 'tamper false', 'rex true', 'doorContact false']);
  });

  it('where it cannot ask, keeps contacts as last seen when events were lost, but lets no REX stay pressed', async () => {
    fifo = new EvdevFifo();
    const heard = listen(new EvdevInputs(fifo.device, wirings));
    await heard.atLeast(3);
    fifo.key(148, 1);
    fifo.event(evSw, 9, 1);
    fifo.event(evSyn, synDropped, 0);
    fifo.key(149, 1);
    expect((await heard.atLeast(7)).slice(3)).toEqual(['rex true', 'doorContact true', 'rex false', 'tamper true']);
  });

  it('tells that the device went and came back', async () => {
    fifo = new EvdevFifo();
    const attached = new Heard<boolean>();
    const heard = listen(new EvdevInputs(fifo.device, wirings), (isAttached) => attached.add(isAttached));
    await heard.atLeast(3);
    fifo.unplug();
    await attached.atLeast(1);
    await fifo.comeBack();
    expect(await attached.atLeast(2)).toEqual([false, true]);
    expect(heard.reports).toHaveLength(3);
  });
});
