/** The bench between a terminal and its door, without a terminal. It lives in real time, at the pace of fast hands. */
import { describe, expect, it } from 'vitest';
import type { SimPerson } from '../../sim/people.ts';
import { maxWaitingHands, TerminalBench } from '../../sim/terminal/bench.ts';

const people: readonly SimPerson[] = [{ name: 'Ann', pin: '0417', cards: ['A'] }];

const start = async (hasScreen: boolean) => {
  const written: string[] = [];
  let seen = Promise.withResolvers<void>();
  let wanted = '';
  const bench = await TerminalBench.start({
    mode: 'cardOrPin',
    people,
    hasScreen,
    rows: () => 24,
    write: (text) => {
      written.push(text);
      if (wanted !== '' && text.includes(wanted)) seen.resolve();
    },
  });
  const until = (text: string): Promise<void> => {
    seen = Promise.withResolvers<void>();
    wanted = text;
    return seen.promise;
  };
  return { bench, written, until };
};

/** Events without their time. */
const eventsIn = (written: readonly string[]): readonly string[] => written.map((line) => line.replace(/^\S+ +/, '').trimEnd());

describe('a bench that reads from a pipe', () => {
  it('tells each event in a line, and ends when its input does, with the last answer given', async () => {
    const { bench, written } = await start(false);
    bench.take('0417#c');
    bench.end();
    await bench.ended;
    expect(eventsIn(written)).toEqual(['Access Granted, Ann  (by pin)', 'Deny Access - Card/PIN Not Found  (by card, card 2e)']);
  });

  it('does everything a hand can do, in order', async () => {
    const { bench, written } = await start(false);
    bench.take('ot orp1pmq');
    await bench.ended;
    expect(eventsIn(written)).toEqual([
      'Door Forced Open',
      expect.stringMatching(/^Door Closed {2}\(openMs 15\d{3}\)$/),
      'Request To Exit',
      'power is off; p brings it back; o and t work',
      'Reader Started  (version 1)',
      'Mode Changed  (mode cardAndPin, from cardOrPin)',
    ]);
  });

  it('says that the power is off to who types then; the leaf moves and time passes all the same', async () => {
    const { bench, written } = await start(false);
    bench.take('p1maotpq');
    await bench.ended;
    const off = 'the power is off; p brings it back; o and t work\n';
    expect(written.slice(0, 3)).toEqual([off, off, off]);
    expect(eventsIn(written.slice(3))).toEqual(['Reader Started  (version 1)', 'Door Forced Open']);
  });

  it('says when too much came at once, and leaves at once when told to', async () => {
    const { bench, written } = await start(false);
    bench.take('1'.repeat(maxWaitingHands + 100));
    bench.take('1\u0003');
    await bench.ended;
    expect(written).toEqual(['too much was pasted: its end is lost\n']);
  });
});

describe('a bench with a screen', () => {
  it('goes on showing the mode while the power is off', async () => {
    const { bench, written, until } = await start(true);
    await until('card or PIN');
    bench.take('m');
    await until('Mode Changed');
    bench.take('p');
    await until('no power');
    expect(written.at(-1)).toContain('Front door, card and PIN');
    bench.take('q');
    await bench.ended;
  });

  it('draws each frame from the top left, and clears what was there', async () => {
    const { bench, written, until } = await start(true);
    await until('Front door');
    bench.take('a');
    await until('Access Granted, Ann');
    bench.take('q');
    await bench.ended;
    for (const frame of written) {
      expect(frame.startsWith('\u001b[H')).toBe(true);
      expect(frame.endsWith('\u001b[K\u001b[J')).toBe(true);
      expect(frame.replaceAll('\r\n', '')).not.toContain('\n');
    }
  });
});
