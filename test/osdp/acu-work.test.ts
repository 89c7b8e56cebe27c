/** What a PD that is online is told, and when: order, limits, files, parts; a line with many PDs, with silent ones, and with hostile ones. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import type { AcuEvent } from '../../src/osdp/acu-events.ts';
import { maxPdsOnLine } from '../../src/osdp/acu-line.ts';
import { maxWaitingOrders } from '../../src/osdp/acu-orders.ts';
import { commands, decodeCommand } from '../../src/osdp/commands.ts';
import { fileStallMs } from '../../src/osdp/file-sender.ts';
import type { Frame } from '../../src/osdp/frame.ts';
import { maxWholeBytes } from '../../src/osdp/part-receiver.ts';
import { silentShare } from '../../src/osdp/poll-schedule.ts';
import { replies } from '../../src/osdp/replies.ts';
import { AcuRig, ack, nak, reply, ScriptedPd } from './acu-rig.ts';
import { bytesOf, hexOf, withCheck } from './bytes.ts';
import { replySamples } from './samples.ts';
import { scbk } from './secure-pair.ts';

const paired = { kind: 'paired', scbk } as const;
const lstat = { name: 'lstat', payload: undefined } as const;
const releaseOutput = { name: 'out', payload: [{ output: 0, action: 'temporaryOn', timerMs: 500 }] } as const;

const online = (settings = {}) => {
  const pd = new ScriptedPd(1, scbk);
  const rig = new AcuRig().add({ address: 1, pairing: paired, ...settings }, pd).run(300);
  pd.heard.length = 0;
  return { pd, rig };
};
const outcomes = (rig: AcuRig): unknown[] => rig.events('orderEnded').map((event) => event.kind === 'orderEnded' && event.outcome);

/** A PD that takes files. */
const takesFiles = (pd: ScriptedPd, answer: (count: number) => Partial<Parameters<typeof reply<'ftstat'>>[1]> = () => ({})) => {
  const received: number[] = [];
  let count = 0;
  pd.script = ({ code }, plain) => {
    if (code !== commands.filetransfer.code) return undefined;
    const command = decodeCommand(code, plain);
    if (!command.ok || command.value.name !== 'filetransfer') return nak(2);
    const { offset, totalBytes, data } = command.value.payload;
    for (const [at, byte] of data.entries()) received[offset + at] = byte;
    count += 1;
    const isLast = offset + data.length >= totalBytes;
    const action = { mayInterleave: true, leaveSecureChannel: false, pollWaiting: false };
    return reply('ftstat', { action, delayMs: 0, status: isLast ? 1 : 0, maxMessageBytes: 0, ...answer(count) });
  };
  return received;
};

describe('what a PD is told', () => {
  it('is a release first, then other orders as they came, then polls, and what it says comes out', () => {
    const { pd, rig } = online();
    rig.line.order(1, lstat, rig.nowMs);
    const release = rig.line.order(1, releaseOutput, rig.nowMs, 'release');
    pd.reports.push(reply('keypad', { reader: 0, keys: bytesOf('310d') }), [0xee, bytesOf('01')], [replies.raw.code, bytesOf('00')]);
    pd.script = ({ code }) => (code === commands.lstat.code ? reply('lstatr', { tamper: 'tampered', power: 'normal' }) : undefined);
    rig.run(500);
    expect(pd.heard.slice(0, 3).map(({ code }) => code)).toEqual([commands.out.code, commands.lstat.code, commands.poll.code]);
    expect(rig.events().slice(1)).toMatchObject([
      { kind: 'orderEnded', order: release.ok && release.value, outcome: { kind: 'answered', reply: { name: 'ack' } } },
      { kind: 'orderEnded', outcome: { reply: { name: 'lstatr', payload: { tamper: 'tampered' } } } },
      { kind: 'report', reply: { name: 'keypad' } },
      { kind: 'unreadable', code: 0xee, why: 'unknownReply' },
      { kind: 'unreadable', code: replies.raw.code, why: 'length' },
    ]);
  });

  it('has limits: so many orders, as long as it takes, to a PD there is, and a free address', () => {
    const { rig } = online();
    for (let count = 0; count < maxWaitingOrders; count += 1) expect(rig.line.order(1, lstat, rig.nowMs).ok).toBe(true);
    expect(rig.line.order(1, lstat, rig.nowMs)).toEqual({ ok: false, failure: 'queueFull' });
    rig.run(1_000);
    const mfg = { name: 'mfg', payload: { oui: 1, data: new Uint8Array(256) } } as const;
    expect(rig.line.order(1, mfg, rig.nowMs)).toEqual({ ok: false, failure: 'tooLong' });
    expect(rig.line.order(2, lstat, rig.nowMs)).toEqual({ ok: false, failure: 'unknownPd' });
    rig.add({ address: 2, pairing: paired });
    for (const address of [2, 0x7f]) {
      const comset = { name: 'comset', payload: { address, baudRate: 9_600 } } as const;
      expect(rig.line.order(1, comset, rig.nowMs)).toEqual({ ok: false, failure: 'wrongAddress' });
    }
  });

  it('and refuses, or answers wrongly, comes back as that', () => {
    const { pd, rig } = online();
    pd.script = ({ code }) => (code === commands.lstat.code ? ack : code === commands.istat.code ? nak(3) : undefined);
    rig.line.order(1, lstat, rig.nowMs);
    rig.line.order(1, { name: 'istat', payload: undefined }, rig.nowMs);
    rig.run(300);
    expect(outcomes(rig)).toMatchObject([
      { kind: 'unusable', code: replies.ack.code },
      { kind: 'refused', code: 3 },
    ]);
  });

  it('still leaves it a poll in between when orders never end', () => {
    const { pd, rig } = online();
    for (let count = 0; count < 300; count += 1) {
      rig.line.order(1, lstat, rig.nowMs);
      rig.run(4);
    }
    expect(pd.heard.filter(({ code }) => code === commands.poll.code).length).toBeGreaterThan(3);
  });

  it('begins with the longest reply we take, if that was set', () => {
    const pd = new ScriptedPd(1, scbk);
    new AcuRig().add({ address: 1, pairing: paired, maxReplyBytes: 1_440 }, pd).run(300);
    const first = pd.heard.find(({ isSecure }) => isSecure);
    expect([first?.code, hexOf(first?.data ?? bytesOf(''))]).toEqual([commands.acurxsize.code, 'a005']);
  });

  it('moves it to a new address with its session, and one only that was asked for', () => {
    const { pd, rig } = online();
    const comset = { name: 'comset', payload: { address: 5, baudRate: 115_200 } } as const;
    pd.script = ({ code }) => (code === commands.comset.code ? reply('com', { address: 9, baudRate: 115_200 }) : undefined);
    rig.line.order(1, comset, rig.nowMs);
    rig.run(300);
    expect(rig.line.isOnline(1)).toBe(true);
    pd.script = ({ code }) => {
      if (code !== commands.comset.code) return undefined;
      pd.address = 5;
      return reply('com', comset.payload);
    };
    rig.line.order(1, comset, rig.nowMs);
    rig.run(10_000);
    expect(rig.events(undefined, 5)).toMatchObject([{ kind: 'moved', address: 5 }, { kind: 'orderEnded' }]);
    expect([rig.line.isOnline(1), rig.line.isOnline(5)]).toEqual([false, true]);
    rig.line.setBaudRate(9_600);
    expect(rig.run(1_000).line.isOnline(5)).toBe(true);
  });
});

describe('a file', () => {
  const bytes = Uint8Array.from({ length: 3_000 }, (_, at) => (at * 7) & 0xff);

  it('arrives whole, with polls in between, in messages no longer than the PD asks for', () => {
    const { pd, rig } = online();
    const received = takesFiles(pd, (count) => (count === 2 ? { maxMessageBytes: 1, delayMs: 300 } : {}));
    expect(rig.line.sendFile(1, { type: 128, bytes }, rig.nowMs).ok).toBe(true);
    expect(rig.line.sendFile(1, { type: 128, bytes }, rig.nowMs)).toEqual({ ok: false, failure: 'fileUnderWay' });
    const before = rig.sent.length;
    rig.run(3_000);
    expect(Uint8Array.from(received)).toEqual(bytes);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } }]);
    expect(Math.max(...rig.sent.slice(before + 3).map((frame) => frame.bytes.length))).toBeLessThanOrEqual(128);
    expect(pd.heard.filter(({ code }) => code === commands.poll.code).length).toBeGreaterThan(5);
  });

  it('begins where the caller says, and says how far it came when the PD is lost', () => {
    const { pd, rig } = online();
    const received = takesFiles(pd);
    rig.line.sendFile(1, { type: 1, bytes, firstOffset: 2_000, maxFragmentBytes: 50 }, rig.nowMs);
    rig.run(30);
    pd.isSilent = true;
    rig.run(9_000);
    const progress = rig.events('fileProgress').at(-1) as { offset: number };
    expect(received[1_999]).toBeUndefined();
    expect(progress.offset).toBeGreaterThan(2_000);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'interrupted', offset: progress.offset } }]);
  });

  it.each([
    ['a NAK', nak(9), { kind: 'refused', code: 9 }],
    ['an ACK', ack, { kind: 'unusable', code: replies.ack.code }],
  ])('ends with %s', (_, answer, outcome) => {
    const { pd, rig } = online();
    pd.script = ({ code }) => (code === commands.filetransfer.code ? answer : undefined);
    rig.line.sendFile(1, { type: 1, bytes }, rig.nowMs);
    rig.run(100);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome }]);
  });

  it.each([
    [-1, { kind: 'ended', status: 'aborted' }],
    [-2, { kind: 'ended', status: 'unrecognised' }],
    [-3, { kind: 'ended', status: 'malformed' }],
    [-9, { kind: 'failed', status: -9 }],
    [2, { kind: 'ended', status: 'rebooting' }],
  ])('ends with the status %i', (status, outcome) => {
    const { pd, rig } = online();
    takesFiles(pd, () => ({ status }));
    rig.line.sendFile(1, { type: 1, bytes }, rig.nowMs);
    rig.run(100);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome }]);
  });

  it('is waited for while the PD finishes, but not for ever', () => {
    const { pd, rig } = online();
    takesFiles(pd, () => ({ status: 3, delayMs: 1_000 }));
    rig.line.sendFile(1, { type: 1, bytes: bytes.subarray(0, 10) }, rig.nowMs);
    rig.run(fileStallMs - 5_000);
    expect(rig.events('fileEnded')).toEqual([]);
    rig.run(10_000);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'stalled', offset: 10 } }]);
  });

  it('that the PD wants alone stops neither a release nor, for long, the polls', () => {
    const { pd, rig } = online();
    takesFiles(pd, () => ({ delayMs: 60_000, status: 0, action: { mayInterleave: false, leaveSecureChannel: true, pollWaiting: false } }));
    rig.line.sendFile(1, { type: 1, bytes }, rig.nowMs);
    rig.run(100);
    rig.line.order(1, releaseOutput, rig.nowMs, 'release');
    rig.run(20_000);
    expect(outcomes(rig)).toMatchObject([{ kind: 'answered' }]);
    expect(rig.events('offline')).toEqual([]);
    expect(pd.heard.every(({ isSecure }) => isSecure)).toBe(true);
  });

  it('is aborted by word', () => {
    const { pd, rig } = online();
    takesFiles(pd, () => ({ delayMs: 100 }));
    rig.line.sendFile(1, { type: 1, bytes }, rig.nowMs);
    rig.run(150);
    rig.line.abortFile(1);
    rig.run(100);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'aborted' } }]);
    expect(pd.heard.filter(({ code }) => code === commands.abort.code)).toHaveLength(1);
  });
});

describe('a message in parts', () => {
  const part = (totalBytes: number, offset: number, length: number) =>
    reply('pivdatar', { totalBytes, offset, uncountedBytes: 0, data: new Uint8Array(length).fill(offset) });

  it('is put together from the answer and the polls after it; parts out of place or too many are not', () => {
    const { pd, rig } = online();
    pd.script = ({ code }) => (code === commands.pivdata.code ? part(250, 0, 100) : undefined);
    pd.reports.push(part(250, 100, 100), part(250, 200, 50), part(20, 10, 10), part(maxWholeBytes + 1, 0, 10));
    rig.line.order(1, { name: 'pivdata', payload: { objectId: bytesOf('5fc102'), element: 0, offset: 0 } }, rig.nowMs);
    rig.run(500);
    const whole = rig.events('whole') as Extract<AcuEvent, { kind: 'whole' }>[];
    expect(whole.map(({ name, data }) => [name, data.length, data[249]])).toEqual([['pivdatar', 250, 200]]);
    expect(rig.events('unreadable')).toHaveLength(2);
  });
});

describe('a line with many PDs', () => {
  const lineOf = (count: number, baudRate = 115_200) => {
    const pds = Array.from({ length: count }, (_, address) => new ScriptedPd(address, scbk));
    const rig = new AcuRig({ baudRate });
    for (const pd of pds) rig.add({ address: pd.address, pairing: paired }, pd);
    return { pds, rig: rig.run(5_000) };
  };
  const pollsOf = (pd: ScriptedPd): number => pd.heard.filter(({ code }) => code === commands.poll.code).length;

  it(`polls all ${maxPdsOnLine} alike, also when the line is too slow for their interval, and takes no more`, () => {
    const { pds, rig } = lineOf(maxPdsOnLine, 9_600);
    for (const pd of pds) pd.heard.length = 0;
    rig.run(30_000);
    const polls = pds.map(pollsOf);
    expect(Math.max(...polls) - Math.min(...polls)).toBeLessThanOrEqual(1);
    expect(Math.min(...polls)).toBeGreaterThan(20);
    expect(rig.line.add({ address: 100, pairing: paired }, 0)).toEqual({ ok: false, failure: 'lineFull' });
    expect(rig.line.add({ address: 1, pairing: paired }, 0)).toEqual({ ok: false, failure: 'addressInUse' });
  });

  it('loses at most a tenth of its time, and a moment at once, to one of eight that falls silent', () => {
    const { pds, rig } = lineOf(8, 9_600);
    const others = pds.slice(1);
    const polled = (): number => {
      for (const pd of pds) pd.heard.length = 0;
      rig.run(60_000);
      return Math.min(...others.map(pollsOf));
    };
    const before = polled();
    (pds[0] as ScriptedPd).isSilent = true;
    const while8s = polled();
    const after = polled();
    expect(while8s).toBeGreaterThan(before * (1 - silentShare) * 0.95);
    expect(after).toBeGreaterThan(before * (1 - silentShare) * 0.98);
    expect(others.every((pd) => rig.line.isOnline(pd.address))).toBe(true);
  });
});

describe('hostile PDs', () => {
  it('100000 replies with a right check: nothing throws, the line goes on, and an honest PD plugged in then is found and stays', () => {
    const random = new Random(0xb8);
    const samples = Object.values(replySamples).map(({ hex }) => bytesOf(hex));
    const codes = Object.values(replies).map(({ code }) => code);
    const hostile = Array.from({ length: maxPdsOnLine - 1 }, (_, address) => new ScriptedPd(address, address % 2 === 0 ? scbk : undefined));
    let count = 0;
    const nonsense = (frame: Frame): Uint8Array | readonly [number, Uint8Array] | undefined => {
      count += 1;
      const data = samples[random.int(samples.length)] ?? bytesOf('');
      const changed = random.int(2) === 0 ? data : Uint8Array.from({ length: random.int(60) }, () => random.int(256));
      const code = random.int(4) === 0 ? random.int(256) : (codes[random.int(codes.length)] ?? 0);
      const kind = random.int(8);
      if (kind < 2) return undefined;
      if (kind < 5) return [code, changed];
      const block = kind === 5 ? [] : kind === 6 ? [2, 0x15 + random.int(4)] : [3, 0x11 + random.int(4), random.int(2)];
      const sequence = random.int(3) === 0 ? random.int(4) : frame.sequence;
      return withCheck(Uint8Array.from([0x53, frame.address | 0x80, 0, 0, 4 | (block.length > 0 ? 8 : 0) | sequence, ...block, code, ...changed]));
    };
    const honest = new ScriptedPd(100, scbk);
    const rig = new AcuRig({ baudRate: 230_400, pollIntervalMs: 100 });
    rig.isKept = false;
    rig.replyDelayMs = 0;
    for (const pd of hostile) {
      pd.script = nonsense;
      rig.add({ address: pd.address, pairing: pd.address % 2 === 0 ? paired : { kind: 'clear' } }, pd);
    }
    const limit = 100_000;
    let rounds = 0;
    while (count < limit && rounds < 30_000) {
      for (const pd of hostile) {
        pd.heard.length = 0;
        rig.line.order(pd.address, lstat, rig.nowMs);
        rig.line.sendFile(pd.address, { type: 1, bytes: new Uint8Array(500) }, rig.nowMs);
      }
      rig.run(1_000);
      rounds += 1;
    }
    rig.add({ address: 100, pairing: paired }, honest).run(60_000);
    expect(count, `seed ${random.seed}`).toBeGreaterThanOrEqual(limit);
    expect(rig.line.isOnline(100), `seed ${random.seed}`).toBe(true);
  });
});
