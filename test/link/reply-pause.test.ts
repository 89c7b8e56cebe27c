/** How long the line is idle before a reader replies, and what becomes of a reply until then (OSDP.md §1). */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { maxReplyMs, ReplyPause } from '../../src/link/reply-pause.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame } from '../../src/osdp/frame.ts';
import { ann } from '../scenarios/tools.ts';
import { LinkBench } from './link-bench.ts';

const first = Uint8Array.of(1);
const second = Uint8Array.of(2);

/** What was done to the line, with its times, rounded up to a tenth of a millisecond. */
const pauseAt = (baudRate: number) => {
  const clock = new VirtualClock();
  const story: string[] = [];
  const tell = (what: string): void => void story.push(`${Math.ceil(clock.nowMs() * 10) / 10} ${what}`);
  const line = { send: (bytes: Uint8Array) => tell(`sent ${bytes.join(' ')}`), setBaudRate: (rate: number) => tell(`rate ${rate}`) };
  return { clock, story, pause: new ReplyPause(line, clock, baudRate) };
};

describe('the pause before a reply', () => {
  it.each([
    [9_600, '2.1'],
    [19_200, '1.1'],
    [38_400, '0'],
    [230_400, '0'],
  ])('is two characters of idle line at %i, where that is a millisecond or more: %s ms', async (baudRate, afterMs) => {
    const { clock, story, pause } = pauseAt(baudRate);
    pause.heard(0);
    pause.send(first);
    await clock.advance(10);
    expect(story).toEqual([`${afterMs} sent 1`]);
  });

  it('is none for what is said while the line is idle', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    await clock.advance(5);
    pause.send(first);
    expect(story).toEqual(['5 sent 1']);
  });

  it('begins anew with whatever is heard', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    await clock.advance(2);
    pause.heard(2);
    await clock.advance(10);
    expect(story).toEqual(['4.1 sent 1']);
  });

  it('ends in one reply: the last', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    pause.send(second);
    await clock.advance(10);
    expect(story).toEqual(['2.1 sent 2']);
  });

  it('comes before another rate, and is then as long as that rate asks for', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    pause.setBaudRate(115_200);
    await clock.advance(10);
    pause.heard(10);
    pause.send(second);
    pause.setBaudRate(9_600);
    expect(story).toEqual(['2.1 sent 1', '2.1 rate 115200', '10 sent 2', '10 rate 9600']);
  });

  it('never ends where the line is busy until the reply would come too late', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    for (let ms = 1; ms <= 400; ms += 1) {
      await clock.advance(1);
      pause.heard(ms);
    }
    await clock.advance(10);
    expect(story).toEqual([]);
    pause.heard(410);
    pause.send(second);
    await clock.advance(10);
    expect(story).toEqual(['412.1 sent 2']);
  });

  it('lasts as long as a reply is still in time, on a line that is busy', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    for (let ms = 1; ms <= maxReplyMs - 3; ms += 1) {
      await clock.advance(1);
      pause.heard(ms);
    }
    await clock.advance(10);
    expect(story).toEqual(['199.1 sent 1']);
  });

  it('never ends once the wire is gone', async () => {
    const { clock, story, pause } = pauseAt(9_600);
    pause.heard(0);
    pause.send(first);
    pause.setBaudRate(115_200);
    pause.drop();
    await clock.advance(10);
    expect(story).toEqual(['0 rate 115200']);
  });
});

describe('a reader at 9,600', () => {
  const idQuestion = encodeFrame({
    address: 1,
    isReply: false,
    sequence: 0,
    check: 'crc16',
    security: undefined,
    code: commands.id.code,
    data: Uint8Array.of(0),
  });
  /** When its reply began, from the end of what it was asked; undefined: there was none. */
  const repliedAfterMs = async (bench: LinkBench, afterMs: number, happens: () => void): Promise<number | undefined> => {
    const { clock } = bench.door;
    let beganMs: number | undefined;
    bench.acu.receive = (bytes, nowMs) => {
      beganMs ??= nowMs - (bytes.length * 10_000) / 9_600;
    };
    const askedMs = clock.nowMs() + (idQuestion.length * 10_000) / 9_600;
    bench.wires.controller.send(idQuestion);
    clock.setTimeout(happens, askedMs + afterMs - clock.nowMs());
    await bench.wait(100);
    return beganMs === undefined ? undefined : beganMs - askedMs;
  };

  it('050-07-01: begins its reply when two characters of idle line have passed', async () => {
    const bench = await LinkBench.open({ people: [ann], baudRate: 9_600 });
    expect(await repliedAfterMs(bench, 1, () => undefined)).toBeCloseTo(20_000 / 9_600, 6);
  });

  it('says nothing when the wire went in between, and not when it is back', async () => {
    const bench = await LinkBench.open({ people: [ann], baudRate: 9_600 });
    const unplug = (): void => {
      bench.wires.reader.plug(false);
      bench.wires.reader.plug(true);
    };
    expect(await repliedAfterMs(bench, 1, unplug)).toBeUndefined();
    expect(await repliedAfterMs(bench, 1, () => undefined)).toBeCloseTo(20_000 / 9_600, 6);
  });
});
