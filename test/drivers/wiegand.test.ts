/** A Wiegand reader on GPIO lines: its contracts, then what it takes for a card, a key and noise. Edges are the kernel's bytes, time is virtual. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fewestCardBits, noiseNewsMs, type WiegandOptions, WiegandReader } from '../../src/drivers/wiegand.ts';
import { burstGapUs, shortestIntervalUs } from '../../src/drivers/wiegand-bits.ts';
import type { CardRead } from '../../src/ports/card-reader.ts';
import { keys } from '../../src/ports/keypad.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { describeCardReader } from '../contracts/card-reader.contract.ts';
import { someTurns } from '../contracts/heard.ts';
import { describeKeypad } from '../contracts/keypad.contract.ts';
import { data0, data1, GpioWires } from './gpio-wires.ts';

const binary = (value: number, bits: number): string => value.toString(2).padStart(bits, '0');
const bitsOfText = (text: string): string => [...Buffer.from(text, 'latin1')].map((byte) => binary(byte, 8)).join('');
const numberOf = (key: string): number => '0123456789*#'.indexOf(key);
const fourBits = (key: string): string => binary(numberOf(key), 4);
const eightBits = (key: string): string => binary(numberOf(key) ^ 0x0f, 4) + binary(numberOf(key), 4);

const readerOn = (wires: GpioWires, options: Partial<WiegandOptions> = {}): WiegandReader =>
  new WiegandReader({
    edges: wires.edges,
    wires: { data0, data1 },
    clock: wires.clock,
    parity: 'checked',
    kernelNowUs: wires.nowUs,
    told: (news) => wires.news.add(news),
    ...options,
  });

const benchOn = (wires: GpioWires) => ({
  clock: wires.clock,
  detach: () => wires.unplug(),
  attach: async () => {
    wires.plugIn();
    const untilMs = wires.clock.nowMs() + 31_000;
    while (wires.clock.nowMs() < untilMs) await someTurns();
  },
  close: () => wires.close(),
});

const running = (): GpioWires => {
  const wires = new GpioWires();
  void wires.run();
  return wires;
};

describeCardReader(
  'WiegandReader',
  () => {
    const wires = running();
    return { ...benchOn(wires), cardReader: readerOn(wires).cardReader, presentText: (text) => wires.send(bitsOfText(text), 250) };
  },
  // Of lengths without a known format.
  { form: 'bits', samples: ['0471', 'DEADbeef09', '00012345'], longest: '0123456789abcdef'.repeat(4) },
);

for (const [name, bitsOf] of [
  ['four', fourBits],
  ['eight', eightBits],
] as const) {
  describeKeypad(
    `WiegandReader with keys of ${name} bits`,
    () => {
      const wires = running();
      return { ...benchOn(wires), keypad: readerOn(wires).keypad, press: (key) => wires.send(bitsOf(key)), release: () => undefined };
    },
    { tellsReleases: false },
  );
}

/** Worked examples: Civintec CN56X0B-X user manual, §6.4.2 and §6.4.5. */
const card26 = `1${binary(0xd4_1b_81, 24)}0`;
const card34 = `1${bitsOfText('\x89\xd4\x1b\x81')}1`;

describe('WiegandReader', () => {
  let wires: GpioWires;
  let cards: CardRead[];
  let story: string[];
  let subscriptions: Subscription[];

  const listen = (options: Partial<WiegandOptions> = {}): void => {
    const reader = readerOn(wires, options);
    const card = reader.cardReader.listen({
      read: (read) => {
        cards.push(read);
        story.push(
          [...read.value]
            .map((byte) => binary(byte, 8))
            .join('')
            .slice(0, read.length),
        );
      },
      attached: (isAttached) => story.push(isAttached ? 'cards attached' : 'cards detached'),
    });
    const key = reader.keypad.listen({
      changed: ({ key: name, action }) => story.push(`${name} ${action}`),
      attached: (isAttached) => story.push(isAttached ? 'keys attached' : 'keys detached'),
    });
    subscriptions.push(card, key);
  };
  const noise = (): unknown[] => wires.news.reports.map(({ cause }) => cause);

  beforeEach(() => {
    wires = new GpioWires();
    cards = [];
    story = [];
    subscriptions = [];
  });
  afterEach(() => {
    for (const subscription of subscriptions) subscription.stop();
    wires.close();
  });

  it('reads cards of 26 and 34 bits, parity and all, as of the time of their last bit', async () => {
    listen();
    wires.send(card26);
    await wires.sent();
    expect(cards[0]).toMatchObject({ form: 'bits', length: 26, atMs: 5_025 });
    expect([...(cards[0]?.value ?? [])]).toEqual([0xea, 0x0d, 0xc0, 0x80]);
    wires.send(card34);
    await wires.sent();
    expect(story).toEqual([card26, card34]);
  });

  it.each([
    ['26', card26],
    ['34', card34],
  ])('takes a card of %s bits with any one bit wrong for noise, unless it is told to take all as they are', async (_, card) => {
    listen();
    const wrong = [...card].map((bit, index) => card.slice(0, index) + (bit === '0' ? '1' : '0') + card.slice(index + 1));
    for (const bits of wrong) wires.send(bits);
    await wires.sent();
    expect(story).toEqual([]);
    expect(noise()).toEqual([`${card.length} bits with wrong parity`]);
  });

  it('takes cards as they are when it is told to', async () => {
    listen({ parity: 'raw' });
    wires.send(`0${card26.slice(1)}`);
    await wires.sent();
    expect(story).toEqual([`0${card26.slice(1)}`]);
  });

  it('reads what nobody knows a parity of, from the shortest card on', async () => {
    listen();
    const lengths = [fewestCardBits + 1, 28, 32, 33, 36, 40, 75, 200];
    for (const length of lengths) wires.send('10'.repeat(length).slice(0, length));
    wires.send('1'.repeat(fewestCardBits - 1));
    await wires.sent();
    expect(cards.map(({ length }) => length)).toEqual(lengths);
    expect(noise()).toEqual(['25 bits']);
  });

  it('hears every key in four and in eight bits, and takes the other bursts of such lengths for noise', async () => {
    listen();
    for (const key of keys) wires.send(fourBits(key));
    for (const key of keys) wires.send(eightBits(key));
    await wires.sent();
    const each = keys.flatMap((key) => [`${key} pressed`, `${key} released`]);
    expect(story).toEqual([...each, ...each]);
    for (let number = 0; number < 16; number++) if (number > 11) wires.send(binary(number, 4));
    for (let number = 0; number < 256; number++) if ((number >> 4) + (number & 15) !== 15 || (number & 15) > 11) wires.send(binary(number, 8));
    await wires.sent();
    expect(story).toHaveLength(each.length * 2);
    expect(noise()[0]).toBe('4 bits that are no key');
  });

  it('tells of noise once a minute, however much there is', async () => {
    listen();
    for (let time = 0; time < 20; time++) wires.send('101');
    await wires.sent();
    expect(noise()).toEqual(['3 bits']);
    await wires.pass(noiseNewsMs);
    wires.send('1');
    await wires.sent();
    expect(noise()).toEqual(['3 bits', '1 bits']);
  });

  it('reads at the slowest and the fastest the standard allows', async () => {
    listen();
    wires.send(card26, 20_000);
    wires.send(card26, 200);
    await wires.sent();
    expect(story).toEqual([card26, card26]);
  });

  it('passes over a pulse that rings, and drops a card whose two wires fell together', async () => {
    listen();
    let atUs = wires.nowUs();
    for (const bit of card26) {
      const line = bit === '1' ? data1 : data0;
      wires.edge(line, atUs);
      wires.edge(line, atUs + 3);
      wires.edge(line, atUs + shortestIntervalUs - 1);
      atUs += 1_000;
    }
    await wires.sent();
    expect(story).toEqual([card26]);
    wires.send(card26);
    wires.edge(data0, wires.nowUs() + 25_900);
    wires.edge(data1, wires.nowUs() + 25_910);
    await wires.sent();
    expect(story).toEqual([card26]);
    expect(noise()).toEqual(['27 bits, of which some are doubtful']);
  });

  it('drops a card of which the kernel had no room for a bit, and reads the next one', async () => {
    listen();
    wires.send(card26.slice(0, 10));
    await wires.pass(50);
    wires.overflow(1);
    wires.send(card26.slice(0, 5));
    await wires.sent();
    wires.send(card26);
    await wires.sent();
    expect(story).toEqual([card26]);
    expect(noise()).toEqual(['10 bits']);
  });

  it('passes over other lines of the chip', async () => {
    listen();
    wires.send(card26);
    wires.edge(9, wires.nowUs() + 5_500);
    await wires.sent();
    expect(story).toEqual([card26]);
  });

  it('cuts no card in two when the process was too busy to read, and joins no two', async () => {
    listen();
    await someTurns();
    const firstUs = wires.nowUs();
    const at = (index: number): number => firstUs + index * 1_000;
    const edge = (bit: string, index: number, fromUs = 0): void => wires.edge(bit === '1' ? data1 : data0, at(index) + fromUs - 200_000);
    [...card26].slice(0, 13).forEach((bit, index) => void edge(bit, index));
    await someTurns();
    // Busy: the rest waits to be read when the timer is due at last, and so does the card after it.
    [...card26].slice(13).forEach((bit, index) => void edge(bit, index + 13));
    [...card34].forEach((bit, index) => void edge(bit, index + 26, burstGapUs + 1_000));
    await wires.clock.advance(1_000);
    expect(story).toEqual([card26, card34]);
  });

  it('waits on while bits come, and ends a card no later than its gap', async () => {
    listen();
    await someTurns();
    wires.send(card26, 19_000);
    await wires.pass(25 * 19 + 10);
    expect(story).toEqual([]);
    await wires.pass(30);
    expect(story).toEqual([card26]);
    expect(wires.clock.nextDueMs).toBeUndefined();
  });

  it('forgets part of a card when the wires went', async () => {
    listen();
    wires.send(card26.slice(0, 20));
    await wires.pass(22);
    wires.unplug();
    await wires.pass(10);
    wires.plugIn();
    await wires.pass(2_000);
    wires.send(card26);
    await wires.sent();
    expect(story).toEqual(['cards detached', 'keys detached', 'cards attached', 'keys attached', card26]);
    expect(noise().filter((cause) => String(cause).includes('bits'))).toEqual([]);
  });

  it('counts a time in the future, or long past, as now', async () => {
    listen({ kernelNowUs: () => 10_000_000_000 });
    wires.send(card26);
    await wires.sent();
    wires.send(card26);
    await wires.sent();
    expect(cards.every(({ atMs }) => Math.abs(atMs - wires.clock.nowMs()) < 300)).toBe(true);
  });

  it('tells the second to listen that the wires are away, and goes on for one when the other has stopped', async () => {
    wires.unplug();
    const reader = readerOn(wires);
    const told: string[] = [];
    const cardListener = {
      read: ({ length }: CardRead) => void told.push(`card of ${length}`),
      attached: (isThere: boolean) => void told.push(`cards ${isThere}`),
    };
    const keyListener = { changed: () => void told.push('key'), attached: (isThere: boolean) => void told.push(`keys ${isThere}`) };
    const cardSubscription = reader.cardReader.listen(cardListener);
    await someTurns();
    const keySubscription = reader.keypad.listen(keyListener);
    await someTurns();
    expect(told).toEqual(['cards false', 'keys false']);
    keySubscription.stop();
    keySubscription.stop();
    reader.keypad.listen(keyListener).stop();
    wires.plugIn();
    await wires.pass(2_000);
    wires.send(card26);
    wires.send(fourBits('1'));
    await wires.sent();
    expect(told).toEqual(['cards false', 'keys false', 'cards true', 'card of 26']);
    cardSubscription.stop();
    cardSubscription.stop();
    expect(wires.clock.nextDueMs).toBeUndefined();
    reader.keypad.listen(keyListener);
    await someTurns();
    wires.send(card26);
    wires.send(fourBits('1'));
    await wires.sent();
    expect(told.slice(4)).toEqual(['key', 'key']);
  });

  it('uses the clocks of the machine when it is given none', async () => {
    const reader = new WiegandReader({ edges: wires.edges, wires: { data0, data1 }, clock: wires.clock, parity: 'checked' });
    const heard: number[] = [];
    reader.cardReader.listen({ read: ({ length }) => heard.push(length), attached: () => undefined });
    await someTurns();
    const nowUs = Number(process.hrtime.bigint() / 1_000n);
    [...card26].forEach((bit, index) => void wires.edge(bit === '1' ? data1 : data0, Math.min(wires.nowUs(), nowUs) - 100_000 + index * 1_000));
    wires.edge(data0, Math.min(wires.nowUs(), nowUs));
    await someTurns();
    expect(heard).toEqual([26]);
  });
});
