/** The PN532: its contract on a chip in memory and virtual time, then what it makes of cards, silence and wrong answers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { DeviceNews } from '../../src/drivers/device-news.ts';
import { answerDeadlineMs, maxRepeats, missesUntilGone, Pn532, pollMs } from '../../src/drivers/pn532.ts';
import { firstRetryMs, longestRetryMs } from '../../src/drivers/retries.ts';
import type { CardRead } from '../../src/ports/card-reader.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { describeCardReader } from '../contracts/card-reader.contract.ts';
import { someTurns } from '../contracts/heard.ts';
import { frameOf, Pn532Chip } from './pn532-chip.ts';

const gone = Array.from({ length: missesUntilGone }, () => undefined);

describeCardReader(
  'Pn532',
  () => {
    const clock = new VirtualClock({ startMs: 5_000 });
    const chip = new Pn532Chip(clock);
    let isClosed = false;
    void (async () => {
      while (!isClosed) await clock.advance(10);
    })();
    return {
      cardReader: new Pn532({ line: chip, clock }),
      clock,
      presentText: (text) => chip.field.push([...Buffer.from(text, 'latin1')], ...gone),
      detach: () => chip.plug(false),
      attach: async () => {
        chip.plug(true);
        await someTurns();
      },
      close: () => {
        isClosed = true;
      },
    };
  },
  // UIDs of the three sizes.
  { form: 'bits', samples: ['uid4', 'uidof07', 'tenbytesid'] },
);

const setUp = ['1401', '02', '3205ff0101'];
const question = ['320101', '4a0100', '320100'];

describe('Pn532', () => {
  let clock: VirtualClock;
  let chip: Pn532Chip;
  let news: DeviceNews[];
  let story: string[];
  let cards: CardRead[];
  let subscription: Subscription;

  const listen = (): void => {
    subscription = new Pn532({ line: chip, clock, told: (one) => news.push(one) }).listen({
      read: (card) => {
        cards.push(card);
        story.push(Buffer.from(card.value).toString('hex'));
      },
      attached: (isAttached) => story.push(isAttached ? 'attached' : 'detached'),
    });
  };

  beforeEach(() => {
    clock = new VirtualClock({ startMs: 5_000 });
    chip = new Pn532Chip(clock);
    news = [];
    story = [];
    cards = [];
    listen();
  });
  afterEach(() => subscription.stop());

  it('wakes the chip, sets it up, and then asks for a card with the field on only meanwhile', async () => {
    await clock.advance(pollMs);
    expect(chip.heard).toEqual([...setUp, ...question]);
    await clock.advance(pollMs);
    expect(chip.heard).toEqual([...setUp, ...question, ...question]);
    expect(story).toEqual([]);
  });

  it('reads UIDs of 4, 7 and 10 bytes, as bits, at the time they came', async () => {
    const uids = [
      [0x04, 0xa1, 0xb2, 0xc3],
      [0x04, 1, 2, 3, 4, 5, 6],
      [0x04, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ];
    chip.field.push(...uids);
    await clock.advance(pollMs * 5);
    expect(story).toEqual(uids.map((uid) => Buffer.from(uid).toString('hex')));
    expect(cards.map(({ form, length }) => `${form} ${length}`)).toEqual(['bits 32', 'bits 56', 'bits 80']);
    expect(cards[0]?.atMs).toBeGreaterThan(5_000);
    expect(cards[0]?.atMs).toBeLessThan(5_000 + pollMs);
  });

  it('tells a card once while it lies there, misses at the edge of the field included, and again when it comes back', async () => {
    const card = [1, 2, 3, 4];
    const misses = Array.from({ length: missesUntilGone - 1 }, () => undefined);
    chip.field.push(card, card, card, ...misses, card, ...gone, card);
    await clock.advance(pollMs * 20);
    expect(story).toEqual(['01020304', '01020304']);
  });

  it('tells a card that draws another number each time once', async () => {
    chip.field.push([0x08, 1, 1, 1], [0x08, 2, 2, 2], [0x08, 3, 3, 3], ...gone, [0x08, 4, 4, 4], [0x08, 5, 5, 5, 5, 5, 5]);
    await clock.advance(pollMs * 20);
    expect(story).toEqual(['08010101', '08040404', '08050505050505']);
  });

  it('asks for a damaged answer again, as often as it may, and sets the chip up anew when that does not help', async () => {
    const damaged = [0x00, 0x00, 0xff, 0x03, 0xfd, 0xd5, 0x4b, 0x00, 0x11, 0x00];
    chip.field.push([1, 2, 3, 4]);
    chip.instead.set(0x4a, [damaged]);
    await clock.advance(pollMs);
    expect(chip.heard).toEqual([...setUp, '320101', '4a0100', 'nack', '320100']);
    expect(story).toEqual(['01020304']);
    chip.heard.length = 0;
    chip.instead.set(0x4a, [Array.from({ length: maxRepeats + 5 }, () => damaged).flat()]);
    await clock.advance(pollMs + answerDeadlineMs * 2);
    expect(chip.heard.filter((each) => each === 'nack')).toHaveLength(maxRepeats);
    expect(chip.heard).toContain('320100');
  });

  it('sets a chip that lost its settings up anew at once, without a word', async () => {
    await clock.advance(pollMs);
    chip.heard.length = 0;
    // A chip that has just got its power answers nothing until it is woken.
    chip.instead.set(0x32, [[]]);
    await clock.advance(pollMs + answerDeadlineMs * 2);
    expect(chip.heard.slice(0, 6)).toEqual(['320101', 'ack', ...setUp, '320101']);
    expect(story).toEqual([]);
    expect(news).toEqual([]);
  });

  it('says once that a chip fell silent, tries after 1, 2, 4, 8, 16, then every 30 s, and says that it is back', async () => {
    await clock.advance(pollMs);
    chip.isSilent = true;
    await clock.advance(pollMs + answerDeadlineMs * 2);
    expect(story).toEqual(['detached']);
    expect(news).toEqual([{ what: 'away', sentence: 'the card reader does not answer' }]);
    chip.heard.length = 0;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      const fromMs = clock.nowMs();
      const tries = chip.heard.filter((each) => each === '1401').length;
      while (chip.heard.filter((each) => each === '1401').length === tries) await clock.advanceTo(clock.nextDueMs ?? Number.NaN);
      waits.push(clock.nowMs() - fromMs);
      await clock.advance(answerDeadlineMs);
    }
    expect(waits.map((waitMs) => Math.round(waitMs / 1_000) * 1_000)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, longestRetryMs, longestRetryMs]);
    chip.isSilent = false;
    chip.field.push([1, 2, 3, 4]);
    await clock.advance(longestRetryMs + pollMs);
    expect(story).toEqual(['detached', 'attached', '01020304']);
    expect(news).toHaveLength(1);
  });

  const strange = 'the card reader answers what no PN532 does';
  it.each<readonly [string, number, readonly number[], string]>([
    ['another chip', 0x02, frameOf(0xd5, 0x03, 0x33, 1, 6, 7), strange],
    ['a UID of 5 bytes', 0x4a, frameOf(0xd5, 0x4b, 1, 1, 0, 4, 8, 5, 1, 2, 3, 4, 5), strange],
    ['a UID cut short', 0x4a, frameOf(0xd5, 0x4b, 1, 1, 0, 4, 8, 7, 1, 2), strange],
    ['an answer without a count', 0x4a, frameOf(0xd5, 0x4b), strange],
    ['two cards for one', 0x4a, frameOf(0xd5, 0x4b, 2, 1, 0, 4, 8, 4, 1, 2, 3, 4), strange],
    ['a refusal', 0x14, [0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00], 'the card reader refuses a command'],
  ])('takes %s for no card and no chip, and does not ask without rest', async (_, code, bytes, sentence) => {
    // More of them than are asked for.
    chip.instead.set(
      code,
      Array.from({ length: 100 }, () => bytes),
    );
    await clock.advance(firstRetryMs - 1);
    expect(story).toEqual(['detached']);
    expect(news).toEqual([{ what: 'away', sentence }]);
    expect(chip.heard.filter((each) => each === '1401')).toHaveLength(2);
  });

  it('says for another reason again why the chip is away', async () => {
    chip.isSilent = true;
    await clock.advance(60_000);
    chip.isSilent = false;
    chip.ic = 0x07;
    await clock.advance(60_000);
    expect(news.map(({ sentence }) => sentence)).toEqual(['the card reader does not answer', 'the card reader answers what no PN532 does']);
  });

  it('asks nothing while the line is away, and begins anew when it is back', async () => {
    await clock.advance(pollMs);
    chip.plug(false);
    chip.heard.length = 0;
    await clock.advance(60_000);
    expect(chip.heard).toEqual([]);
    chip.plug(true);
    chip.field.push([9, 9, 9, 9]);
    await clock.advance(pollMs);
    expect(chip.heard.slice(0, 3)).toEqual(setUp);
    expect(story).toEqual(['detached', 'attached', '09090909']);
  });

  it('passes over answers to nothing, and any garbage between frames', async () => {
    const random = new Random(Date.now());
    for (let time = 0; time < 200; time++) {
      chip.say([...random.bytes(random.int(300))]);
      chip.say(frameOf(0xd5, 0x4b, 1, 1, 0, 4, 8, 4, 6, 6, 6, 6).slice(0, random.int(20)));
      chip.say([0, 0, 0xff, 0xff, 0, 0]);
      await clock.advance(random.int(60));
    }
    await clock.advance(answerDeadlineMs * 3 + longestRetryMs);
    chip.field.push([1, 2, 3, 4]);
    await clock.advance(pollMs * 4);
    expect(story.at(-1), `seed ${random.seed}`).toBe('01020304');
  });

  it('passes over a refusal of nothing', async () => {
    await clock.advance(pollMs - 1);
    chip.say([0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00]);
    await clock.advance(pollMs * 3);
    expect(chip.heard).not.toContain('ack');
    expect(story).toEqual([]);
  });

  it('keeps no timer once it was stopped, and refuses a second listener until then', async () => {
    const reader = new Pn532({ line: new Pn532Chip(clock), clock });
    subscription.stop();
    const listener = { read: () => undefined, attached: () => undefined };
    const only = reader.listen(listener);
    expect(() => reader.listen(listener)).toThrow('one listener at a time');
    await clock.advance(pollMs / 2);
    only.stop();
    only.stop();
    await clock.advance(1);
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('may be stopped from within any report', async () => {
    subscription.stop();
    for (const report of ['detached', 'attached', 'read'] as const) {
      chip.plug(report === 'read');
      const told: string[] = [];
      const stopAt = (what: string): void => {
        told.push(what);
        if (what === report) subscription.stop();
      };
      subscription = new Pn532({ line: chip, clock }).listen({
        read: () => stopAt('read'),
        attached: (isAttached) => stopAt(isAttached ? 'attached' : 'detached'),
      });
      await clock.advance(2);
      chip.plug(true);
      chip.field.push([1, 2, 3, 4]);
      await clock.advance(pollMs * 3);
      expect(told.at(-1)).toBe(report);
      chip.field.length = 0;
    }
    chip.isSilent = true;
    subscription = new Pn532({ line: chip, clock }).listen({ read: () => undefined, attached: () => subscription.stop() });
    await clock.advance(60_000);
    expect(clock.nextDueMs).toBeUndefined();
  });
});
