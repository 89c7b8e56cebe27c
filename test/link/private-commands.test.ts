/** What the line may do: signed orders and revocations in parts, and without a signature only a little time and a stricter mode. */
import { describe, expect, it } from 'vitest';
import { partIdleMs } from '../../src/link/file-parts.ts';
import { maxTasks } from '../../src/link/tasks.ts';
import { enrolMs } from '../../src/reader/enrolment.ts';
import { maxUnsignedMs } from '../../src/reader/unsigned-time.ts';
import { publishOrder, publishRevocation } from '../../src/table/publish.ts';
import { ann, ben, Disk, minute, outcomes, second, told } from '../scenarios/tools.ts';
import { LinkBench, type LinkSetup } from './link-bench.ts';

const people = [ann, ben];
const open = async (setup: LinkSetup = {}): Promise<LinkBench> => (await LinkBench.open({ people, ...setup })).connect(1 * second);
const nowMs = (bench: LinkBench): number => Math.round(bench.door.clock.wall().ms);

describe('orders over the line', () => {
  it('are obeyed, and the outcome comes under their tag', async () => {
    const bench = await open({ mode: 'locked' });
    expect(await bench.order({ kind: 'setMode', mode: 'cardOnly' })).toBe('done');
    expect(bench.door.reader.mode).toBe('cardOnly');
    expect(await bench.order({ kind: 'release' })).toBe('done');
    expect(told(bench.door)).toContain('strike released');
    expect(await bench.status('table')).toMatchObject({ orderNumber: 2 });
  });

  it('are refused with a reason, and none is obeyed twice', async () => {
    const bench = await open();
    const { publisher } = bench.door;
    const expiresS = Math.floor(nowMs(bench) / 1_000) + 60;
    const order = publishOrder(publisher, 7, expiresS, { kind: 'release' });
    expect(await bench.sendParts(order)).toBe('done');
    expect(await bench.sendParts(order)).toBe('staleNumber');
    const altered = publishOrder(publisher, 8, expiresS, { kind: 'release' });
    altered[60] = (altered[60] ?? 0) ^ 1;
    expect(await bench.sendParts(altered)).toBe('wrongSignature');
    expect(await bench.sendParts(publishOrder(publisher, 9, expiresS - 61, { kind: 'release' }))).toBe('expired');
    expect(await bench.sendParts(new Uint8Array(40))).toBe('malformed');
    expect(told(bench.door).filter((line) => line === 'strike released')).toHaveLength(1);
  });

  it('a revocation is in force at once; an old one is refused', async () => {
    const bench = await open({ mode: 'cardOnly' });
    const revocation = publishRevocation(bench.door.publisher, { number: 3, after: 0, entries: [{ kind: 'person', person: 1 }] });
    expect(await bench.sendParts(revocation)).toBe('done');
    await bench.door.swipe('A');
    expect(outcomes(bench.door)).not.toContain('access.granted ann');
    expect(await bench.sendParts(revocation)).toBe('staleVersion');
    expect(told(bench.door)).toContain('event table.refused reason=staleVersion kind=revocation');
    expect(await bench.status('table')).toMatchObject({ revocation: 3 });
  });

  it('a snapshot is no small file', async () => {
    const bench = await open();
    const snapshot = new Uint8Array(300);
    snapshot[5] = 1;
    expect(await bench.sendParts(snapshot)).toBe('wrongKind');
  });

  it('parts out of order, of another file or too late are refused; a part had before is not', async () => {
    const bench = await open();
    const order = publishOrder(bench.door.publisher, 1, Math.floor(nowMs(bench) / 1_000) + 600, { kind: 'release' });
    const part = (tag: number, offset: number, bytes = 100) =>
      ({ name: 'filePart', tag, totalBytes: order.length, offset, data: order.subarray(offset, offset + bytes) }) as const;
    const refused = async (tag: number, offset: number): Promise<void> => {
      bench.replies.length = 0;
      expect(await bench.ask(part(tag, offset))).toBe('ack');
      expect(await bench.done(tag), `tag ${tag}`).toBe('wrongOffset');
    };
    await refused(1, 100);
    expect(await bench.ask(part(2, 0))).toBe('ack');
    await refused(3, 100);
    expect(await bench.ask(part(4, 0))).toBe('ack');
    await refused(4, 150);
    expect(await bench.ask(part(5, 0))).toBe('ack');
    await bench.wait(partIdleMs + second);
    await refused(5, 100);
    bench.replies.length = 0;
    for (const offset of [0, 0, 100, 0, 50, 100, 200]) expect(await bench.ask(part(6, offset))).toBe('ack');
    expect(await bench.done(6)).toBe('done');
  });

  it('more than may be under way is refused at once', async () => {
    const disk = new Disk();
    const bench = await open({ recordFaults: disk });
    disk.slowDown(bench.door, 60_000);
    const answers: unknown[] = [];
    for (let turn = 0; turn <= maxTasks; turn += 1) {
      answers.push(await bench.ask({ name: 'setTime', tag: 1_000 + turn, wallMs: nowMs(bench) + 1_000 }));
    }
    expect(answers.slice(0, maxTasks)).toEqual(Array.from({ length: maxTasks }, () => 'ack'));
    expect(answers[maxTasks]).toEqual({ name: 'done', tag: 1_000 + maxTasks, outcome: 'tooMany' });
  });

  it('an outcome is not told in another session than the one that asked', async () => {
    const disk = new Disk();
    const bench = await open({ recordFaults: disk });
    disk.slowDown(bench.door, 5_000);
    expect(await bench.ask({ name: 'setTime', tag: 77, wallMs: nowMs(bench) + 1_000 })).toBe('ack');
    await bench.cut(30 * second);
    await bench.wait(20 * second);
    expect(bench.named('done').filter(({ tag }) => tag === 77)).toEqual([]);
  });
});

describe('enrolment by order', () => {
  it('for 60 s the next card that nobody has goes up as it was read, once, and gets nobody in', async () => {
    const bench = await open({ mode: 'cardOnly' });
    expect(await bench.order({ kind: 'enrol' })).toBe('done');
    await bench.door.swipe('A');
    await bench.door.swipe('N');
    await bench.wait(2 * second);
    await bench.door.swipe('M');
    await bench.wait(2 * second);
    const raw = bench.events.flatMap((event) => (event.kind === 'report' && event.reply.name === 'raw' ? [event.reply.payload] : []));
    expect(raw).toHaveLength(1);
    expect(raw[0]?.card.bitCount).toBe(32);
    const shown = told(bench.door);
    expect(shown.filter((line) => line.startsWith('event card.enrolled'))).toHaveLength(1);
    expect(shown.filter((line) => line.startsWith('event credential.notFound'))).toHaveLength(2);
  });

  it('a card read later than that does not go up', async () => {
    const bench = await open({ mode: 'cardOnly' });
    expect(await bench.order({ kind: 'enrol' })).toBe('done');
    await bench.wait(enrolMs);
    await bench.door.swipe('N');
    await bench.wait(2 * second);
    expect(bench.events.some((event) => event.kind === 'report' && event.reply.name === 'raw')).toBe(false);
  });

  it('text goes up as its bits', async () => {
    const bench = await open({ mode: 'cardOnly' });
    expect(await bench.order({ kind: 'enrol' })).toBe('done');
    bench.door.cardReader.presentText('4711');
    await bench.wait(2 * second);
    const raw = bench.events.flatMap((event) => (event.kind === 'report' && event.reply.name === 'raw' ? [event.reply.payload.card] : []));
    expect(raw.map(({ bitCount, bits }) => [bitCount, ...bits])).toEqual([[32, 0x34, 0x37, 0x31, 0x31]]);
  });
});

describe('time without an order', () => {
  const setTime = (bench: LinkBench, byMs: number) => bench.outcomeOf((tag) => ({ name: 'setTime', tag, wallMs: nowMs(bench) + byMs }));

  it('goes forward by 5 min in sum, never back, and an order that sets the clock begins the sum anew', async () => {
    const bench = await open();
    const before = nowMs(bench);
    expect(await setTime(bench, -2_000)).toBe('tooFar');
    expect(await setTime(bench, maxUnsignedMs + 2_000)).toBe('tooFar');
    expect(await setTime(bench, 200_000)).toBe('done');
    expect(nowMs(bench) - before).toBeGreaterThan(190_000);
    expect(await setTime(bench, 110_000)).toBe('tooFar');
    await bench.door.restart();
    await bench.wait(20 * second);
    expect(await setTime(bench, 110_000)).toBe('tooFar');
    expect(await setTime(bench, 90_000)).toBe('done');
    expect(await bench.order({ kind: 'setClock', wallMs: nowMs(bench) - 10 * minute })).toBe('done');
    expect(await setTime(bench, 200_000)).toBe('done');
    expect(told(bench.door).filter((line) => line.startsWith('event time.set')).length).toBeGreaterThan(0);
  });

  it('is refused while the clock is not trusted, and fails when it cannot be kept', async () => {
    const disk = new Disk();
    const untrusted = await open({ wallTrusted: false });
    expect(await setTime(untrusted, 1_000)).toBe('timeUntrusted');
    const bench = await open({ recordFaults: disk });
    disk.failure = 'disk.full';
    expect(await setTime(bench, 5_000)).toBe('failed');
  });
});

describe('time on a slow disk', () => {
  /** How much less than the time that passed the clock has gone on. */
  const lostMs = async (bench: LinkBench, work: () => Promise<void>): Promise<number> => {
    const { clock } = bench.door;
    const before = { wallMs: clock.wall().ms, atMs: clock.nowMs() };
    await work();
    return clock.nowMs() - before.atMs - (clock.wall().ms - before.wallMs);
  };

  it('never goes back, however often it is set a little forward without an order, and the journal is not full of it', async () => {
    const disk = new Disk();
    const bench = await open({ recordFaults: disk, pollIntervalMs: 20 });
    disk.slowDown(bench.door, 500);
    const turns = 60;
    const lost = await lostMs(bench, async () => {
      for (let turn = 0; turn < turns; turn += 1) {
        const outcome = await bench.outcomeOf((tag) => ({ name: 'setTime', tag, wallMs: nowMs(bench) + 100 }));
        expect(outcome).toBe('done');
      }
    });
    expect(lost).toBeLessThan(0);
    expect(lost).toBeGreaterThan(-turns * 101);
    await bench.wait(10 * second);
    expect((await bench.door.events()).filter(({ code }) => code === 'time.set').length).toBeLessThan(turns);
  });

  it('is as an order said when it came, not as late as the disk was', async () => {
    const disk = new Disk();
    const bench = await open({ recordFaults: disk });
    disk.slowDown(bench.door, 1_000);
    const lost = await lostMs(bench, async () => {
      expect(await bench.order({ kind: 'setClock', wallMs: nowMs(bench) })).toBe('done');
    });
    expect(lost).toBeLessThan(1_000);
  });
});

describe('time set by two at once', () => {
  const backMs = 10 * minute;

  /** The order has come, and is being put on disk: its number is there, the clock is not. */
  const orderedBack = async (setup: LinkSetup = {}, atMs = 0): Promise<{ bench: LinkBench; wallMs: number }> => {
    const disk = new Disk();
    const bench = await open({ recordFaults: disk, ...setup });
    await bench.wait(Math.max(0, atMs - bench.door.clock.nowMs()));
    const wallMs = nowMs(bench) - backMs;
    const expiresS = Math.floor(nowMs(bench) / 1_000) + 60;
    const data = publishOrder(bench.door.publisher, 1, expiresS, { kind: 'setClock', wallMs });
    disk.slowDown(bench.door, 1 * second);
    expect(await bench.ask({ name: 'filePart', tag: 500, totalBytes: data.length, offset: 0, data })).toBe('ack');
    await bench.wait(1_300);
    expect(bench.named('done').filter(({ tag }) => tag === 500)).toEqual([]);
    return { bench, wallMs };
  };

  it('is as the order said: what came while it went to disk is judged by the clock it set', async () => {
    const { bench, wallMs } = await orderedBack();
    expect(await bench.outcomeOf((tag) => ({ name: 'setTime', tag, wallMs: nowMs(bench) + 2_000 }))).toBe('tooFar');
    await bench.wait(3 * second);
    expect(nowMs(bench) - wallMs).toBeLessThan(20 * second);
  });

  it('is as the order said also after a power cut, when the floor was to be written meanwhile', async () => {
    const { bench, wallMs } = await orderedBack(
      { pollIntervalMs: 500, policy: { offline: { fullMs: 60 * minute, priorityMs: 0 } } },
      5 * minute - 1_500,
    );
    await bench.wait(5 * second);
    await bench.door.swipe('A');
    await bench.wait(5 * second);
    bench.door.cutPower();
    const powered = bench.door.powerOn();
    await bench.wait(30 * second);
    await powered;
    expect((await bench.status('journal')).wallMs - wallMs).toBeLessThan(60 * second);
  });
});

describe('a mode without an order', () => {
  const setMode = (bench: LinkBench, mode: 'cardOnly' | 'pinOnly' | 'cardOrPin' | 'cardAndPin' | 'unlocked' | 'locked') =>
    bench.outcomeOf((tag) => ({ name: 'setMode', tag, mode }));

  it('is set when it is stricter, and stays over a restart', async () => {
    const bench = await open({ mode: 'cardOrPin' });
    expect(await setMode(bench, 'unlocked')).toBe('notStricter');
    expect(await setMode(bench, 'cardAndPin')).toBe('done');
    expect(await setMode(bench, 'cardOnly')).toBe('notStricter');
    expect(await setMode(bench, 'locked')).toBe('done');
    expect(await setMode(bench, 'locked')).toBe('done');
    await bench.door.restart();
    expect(bench.door.reader.mode).toBe('locked');
  });

  it('is not done where the model has no keypad, or when it cannot be kept', async () => {
    const disk = new Disk();
    const bench = await open({ mode: 'cardOnly', policy: { model: 'RP10' }, recordFaults: disk });
    expect(await setMode(bench, 'cardAndPin')).toBe('notDone');
    disk.failure = 'disk.full';
    expect(await setMode(bench, 'locked')).toBe('notDone');
    expect(bench.door.reader.mode).toBe('locked');
  });
});
