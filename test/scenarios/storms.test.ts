/** Storms, stuck keys, odd cards and things at the same moment (SECURITY E1–E4, E16): the door goes on, and decides the same each time. */
import { describe, expect, it } from 'vitest';
import type { Door } from '../../sim/door.ts';
import { Random } from '../../sim/random.ts';
import { cardGate, keyGate } from '../../src/access/flood-gate.ts';
import { maxWaiting } from '../../src/access/reader-setup.ts';
import { type Key, keys } from '../../src/ports/keypad.ts';
import { day, minute, openDoor, outcomes, perceived, second, told } from './tools.ts';

const opened = ['strike released', 'granted'];

/** Does something so many times a second, for so long. */
const perSecond = async (door: Door, times: number, forMs: number, act: (turn: number) => void): Promise<void> => {
  const turns = (forMs / 1_000) * times;
  for (let turn = 0; turn < turns; turn += 1) {
    act(turn);
    await door.wait(1_000 / times);
  }
};

const stillOpens = async (door: Door): Promise<void> => {
  door.story();
  await door.swipe('A');
  await door.wait(1 * second);
  expect(outcomes(door)).toContain('access.granted ann');
};

describe('a storm of keys', () => {
  it('E1: of 1,000 keys a second for 60 s at most 20 a second are taken, and one event says so', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await perSecond(door, 1_000, 60 * second, (turn) => door.keypad.tap(keys[turn % 9] as Key));
    expect(door.buzzer.heard.entries.filter(({ onMs }) => onMs === 60 || onMs === 250).length).toBeLessThanOrEqual(
      keyGate.burst + 60 * keyGate.perSecond,
    );
    expect((await door.events()).filter(({ code }) => code === 'key.flood')).toHaveLength(1);
    await door.wait(1 * minute);
    await stillOpens(door);
  });

  it('E1: junk shorter than a PIN costs no attempt, however much of it comes', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await perSecond(door, 500, 20 * second, (turn) => door.keypad.tap(turn % 2 === 0 ? '7' : '#'));
    await door.wait(10 * second);
    expect(door.story()).not.toContain('lockout');
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
  });

  it('E1: while one submit is answered eight may wait; more are dropped and told, never piled up', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.burst('9#'.repeat(16));
    await door.wait(1 * minute);
    const found = outcomes(door);
    expect(found.filter((outcome) => outcome === 'denied')).toHaveLength(1 + maxWaiting);
    expect(found.filter((outcome) => outcome === 'submit.dropped')).toHaveLength(16 - 1 - maxWaiting);
    await stillOpens(door);
  });

  it('E8: a stream of digits in which every PIN occurs is judged in blocks of eight', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    const stream = deBruijn4().slice(0, 400);
    for (const digit of stream) {
      await door.burst(digit);
      await door.wait(100);
    }
    const submits = outcomes(door).filter((outcome) => ['credential.notFound', 'lockedOut'].includes(outcome));
    expect(submits).toHaveLength(400 / 8);
    expect(submits.filter((outcome) => outcome === 'credential.notFound')).toHaveLength(5);
  });
});

/** A sequence of digits that holds every four-digit PIN once (Fredricksen, Kessler, Maiorana: Lyndon words whose length divides 4). */
const deBruijn4 = (): string => {
  const words: string[] = [];
  const extend = (word: number[], period: number): void => {
    if (word.length > 4) {
      if (4 % period === 0) words.push(word.slice(1, period + 1).join(''));
      return;
    }
    const from = word[word.length - period] ?? 0;
    for (let digit = from; digit <= 9; digit += 1) extend([...word, digit], digit === from ? period : word.length);
  };
  extend([0], 1);
  return words.join('');
};

describe('a stuck key', () => {
  it('E2: each key, held for ever, is one press and one fault within 31 s; the other keys work, and its release is told', async () => {
    for (const key of keys) {
      const door = await openDoor({
        mode: 'pinOnly',
        people: [
          { name: 'ann', pin: '0417' },
          { name: 'ben', pin: '25836' },
        ],
      });
      door.keypad.press(key);
      await door.wait(31 * second);
      expect(
        told(door).filter((line) => line.includes('key.stuck')),
        key,
      ).toHaveLength(1);
      await door.wait(1 * minute);
      await door.type('*'.repeat(key === '*' ? 0 : 1));
      const pin = '0417'.includes(key) ? '25836' : '0417';
      if (key !== '#') await door.type(`${pin}#`);
      if (key !== '#') expect(outcomes(door), key).toContain('granted');
      door.keypad.release(key);
      await door.wait(1 * second);
      expect(outcomes(door), key).toEqual(['key.freed']);
    }
  });

  it('E2: which digit is stuck is not told', async () => {
    const door = await openDoor();
    door.keypad.press('7');
    await door.wait(31 * second);
    expect(told(door)).toEqual(['event key.stuck kind=digit']);
  });

  it('E2: a key that sticks at any fraction of a millisecond is found as well', async () => {
    const door = await openDoor();
    await door.wait(1_000 / 3);
    door.keypad.press('7');
    await door.wait(31 * second);
    expect(outcomes(door)).toEqual(['key.stuck']);
  });

  it('E2: a keypad that goes and comes back is told, and nothing stays down', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    door.keypad.press('7');
    door.keypad.detach();
    await door.wait(1 * minute);
    door.keypad.attach();
    await door.type('0417#');
    expect(outcomes(door)).toEqual(['device.lost', 'device.found', 'access.granted ann', ...opened]);
  });
});

describe('a storm of cards', () => {
  it('E3: of 200 different cards a second the first is read, a few a second are taken, and one event says so', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await perSecond(door, 200, 20 * second, (turn) => door.cardReader.presentBits(turn.toString(2).padStart(26, '0')));
    const found = outcomes(door);
    expect(found[0]).toBe('access.granted ann');
    expect(found.filter((outcome) => outcome === 'credential.notFound').length).toBeLessThanOrEqual(cardGate.burst + 20 * cardGate.perSecond);
    expect(found.filter((outcome) => outcome === 'card.flood')).toHaveLength(1);
    await door.wait(1 * minute);
    await stillOpens(door);
  });

  it('E3: the same card within a second is the same read, for as long as it stays in the field', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await perSecond(door, 10, 30 * second, () => door.cardReader.presentText('4711'));
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
    await door.wait(1 * second);
    door.cardReader.presentText('4711');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });

  it('E3: two cards held together open for each person once', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.swipe('B');
    await door.wait(500);
    await door.swipe('B');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened, 'access.granted ben', 'granted']);
  });
});

describe('things at the same moment', () => {
  const orders = <Item>(items: readonly Item[]): Item[][] =>
    items.length < 2 ? [[...items]] : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

  it('E4: card, `#`, mode change and end of the window in one millisecond, in every order: the same order gives the same story', async () => {
    const acts: Readonly<Record<string, (door: Door) => void>> = {
      card: (door) => void door.swipe('B'),
      submit: (door) => door.keypad.tap('#'),
      mode: (door) => void door.reader.setMode('cardOrPin'),
      wait: () => {},
    };
    for (const order of orders(Object.keys(acts))) {
      const stories = await Promise.all(
        [1, 2].map(async () => {
          const door = await openDoor({ mode: 'cardAndPin' });
          await door.swipe('A');
          await door.wait(12 * second);
          await door.burst('0417');
          door.clock.setTimeout(() => {
            for (const act of order) acts[act]?.(door);
          }, 3 * second);
          await door.wait(20 * second);
          return door.story();
        }),
      );
      expect(stories[0]).toBe(stories[1]);
      // At 15.000 s the PIN is late, whatever came first.
      expect(stories[0]).not.toContain('access.granted ann');
    }
  });

  it('E4: a card and a `#` in one millisecond: what came first counts', async () => {
    const pinFirst = await openDoor({ mode: 'cardOrPin' });
    await pinFirst.burst('0417');
    pinFirst.keypad.tap('#');
    await pinFirst.swipe('B');
    await pinFirst.wait(1 * second);
    expect(outcomes(pinFirst)).toEqual(['access.granted ann', ...opened, 'access.granted ben', 'granted']);

    const cardFirst = await openDoor({ mode: 'cardOrPin' });
    await cardFirst.burst('0417');
    const swiped = cardFirst.swipe('B');
    cardFirst.keypad.tap('#');
    await swiped;
    await cardFirst.wait(1 * second);
    expect(outcomes(cardFirst)).toEqual(['access.granted ben', ...opened]);
  });

  it("E21: grants one after the other never hold the strike beyond the last one's own hold", async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    for (let turn = 0; turn < 20; turn += 1) {
      await door.swipe(turn % 2 === 0 ? 'A' : 'B');
      await door.wait(300);
    }
    const lastAtMs = door.strike.releases.last?.atMs ?? 0;
    await door.wait(10 * second);
    expect(door.strike.changes.last).toEqual({ atMs: lastAtMs + 5 * second, isEnergised: false });
  });
});

describe('odd cards', () => {
  it('E16: no bits, one bit, 512 bits and more, empty and long texts are denied and told', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    const cards: readonly ((door: Door) => void)[] = [
      ...[0, 1, 7, 8, 26, 37, 511, 512, 513, 4_000].map(
        (bits) =>
          ({ cardReader }: Door) =>
            cardReader.presentBits('1'.repeat(bits)),
      ),
      ...['', '0', '\u0000\u0007', '⛔⛔', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(5_000)].map(
        (text) =>
          ({ cardReader }: Door) =>
            cardReader.presentText(text),
      ),
    ];
    for (const present of cards) {
      present(door);
      await door.wait(2 * second);
      expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
    }
    await stillOpens(door);
  });

  it('E16: thousands of cards of any form and length open nothing and stop nothing', async () => {
    const random = new Random(20260105).fork('odd cards');
    const door = await openDoor({ mode: 'cardOrPin' });
    for (let turn = 0; turn < 1_500; turn += 1) {
      if (random.chance(0.5)) door.cardReader.presentBits(Array.from({ length: random.int(600) }, () => random.int(2)).join(''));
      else door.cardReader.presentText(String.fromCharCode(...Array.from({ length: random.int(80) }, () => random.int(0x250))));
      await door.wait(500);
    }
    const found = new Set(outcomes(door));
    found.delete('submit.dropped');
    expect(found, `seed ${random.seed}`).toEqual(new Set(['credential.notFound', 'denied']));
    await stillOpens(door);
  });

  it('E16: a card cut off at 512 bits is not the card of its first 512', async () => {
    const bits = '10'.repeat(256);
    const door = await openDoor({ mode: 'cardOnly' });
    door.cardReader.presentBits(bits);
    door.cardReader.presentBits(`${bits}1`);
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied', 'credential.notFound', 'denied']);
  });
});

describe('a long quiet time', () => {
  it('lights nothing, sounds nothing and says nothing for a week', async () => {
    const door = await openDoor();
    await door.wait(1 * minute);
    const atMs = door.clock.nowMs();
    await door.wait(7 * day);
    expect(door.story()).toBe('');
    expect(perceived(door, atMs)).toEqual({ lights: [], beeps: [] });
  });
});
