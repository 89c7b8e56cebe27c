/** When the reader holds that its controller is there, and what it says to whom. */
import { describe, expect, it } from 'vitest';
import { silentMs } from '../../src/link/link.ts';
import { doorpadOui } from '../../src/link/messages.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, scs } from '../../src/osdp/frame.ts';
import { nakCodes } from '../../src/osdp/nak.ts';
import { keepRetryMs, maxKeepTries, trialMs } from '../../src/osdp/pd-line-settings.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from '../osdp/bytes.ts';
import { ann, ben, hour, minute, second, told } from '../scenarios/tools.ts';
import { LinkBench, scbk } from './link-bench.ts';

const people = [ann, ben];

describe('a session with the controller', () => {
  it('makes the link found, and status can be asked page by page', async () => {
    const bench = await LinkBench.open({ people, mode: 'cardAndPin' });
    await bench.connect();
    expect(await bench.status('table')).toMatchObject({ version: 1, persons: 2, isKeyed: true, isDamaged: false, isReadOnly: false, orderNumber: 0 });
    expect(await bench.status('journal')).toMatchObject({ boot: 1, isWallTrusted: true });
    expect(await bench.status('door')).toEqual({
      page: 'door',
      mode: 'cardAndPin',
      deciding: 'reader',
      model: 'RPK40',
      lockoutMs: 0,
      settingsHash: new Uint8Array(32).fill(7),
      software: 'doorpad simulated',
      isDoorOpen: false,
      isTampered: false,
      isUnlocked: false,
      isLockedOut: false,
      isLowSecurity: false,
    });
    expect(told(bench.door)).toContain('event link.found');
  });

  it('shows in its status what is so at the door', async () => {
    const bench = await LinkBench.open({ people, mode: 'pinOnly' });
    await bench.connect();
    await bench.door.openLeaf();
    await bench.door.set('tamper', true);
    for (let turn = 0; turn < 5; turn += 1) await bench.door.type('9999#');
    const door = await bench.status('door');
    expect(door).toMatchObject({ isDoorOpen: true, isTampered: true, isLockedOut: true });
    expect(door.lockoutMs).toBeGreaterThan(50 * second);
    await bench.order({ kind: 'setMode', mode: 'unlocked' });
    expect(await bench.status('door')).toMatchObject({ isUnlocked: true, mode: 'unlocked' });
  });

  it('R15: the link is lost 8 s after the wire was cut, and found when it is back; the door opens all the while', async () => {
    const bench = await LinkBench.open({ people, mode: 'cardOnly' });
    await bench.connect();
    bench.door.story();
    await bench.cut(0);
    await bench.wait(7 * second);
    expect(told(bench.door)).not.toContain('event link.lost');
    await bench.wait(2 * second);
    expect(told(bench.door)).toContain('event link.lost');
    await bench.door.swipe('A');
    expect(told(bench.door)).toContain('strike released');
    bench.wires.controller.plug(true);
    await bench.wait(20 * second);
    expect(told(bench.door)).toContain('event link.found');
    expect(bench.codes().filter((code) => code.startsWith('link'))).toEqual(['link.found', 'link.lost', 'link.found']);
    expect(bench.codes()).toContain('access.granted');
  });

  it('a restart of the reader is seen, and everything that waited comes up', async () => {
    const bench = await LinkBench.open({ people, mode: 'cardOnly' });
    await bench.connect();
    await bench.door.swipe('B');
    bench.door.cutPower();
    await bench.wait(30 * second);
    await bench.door.powerOn();
    await bench.wait(10 * second);
    expect(bench.codes().filter((code) => code === 'reader.started')).toHaveLength(2);
    expect(bench.codes()).toContain('access.granted');
    expect(bench.door.reader.journal.pending).toBe(0);
    expect(await bench.status('journal')).toMatchObject({ boot: 2 });
  });

  it('goes on for a day without the link being lost, though the session is opened anew', async () => {
    const bench = await LinkBench.open({ people, pollIntervalMs: 4 * second });
    await bench.connect(20 * second);
    await bench.wait(25 * hour);
    expect(bench.codes().filter((code) => code.startsWith('link'))).toEqual(['link.found']);
  });
});

describe('who is spoken to', () => {
  it('says nothing private before the ACU has asked for private status', async () => {
    const bench = await LinkBench.open({ people, asksStatus: false });
    await bench.connect();
    await bench.wait(1 * minute);
    expect(bench.replies).toEqual([]);
    expect(bench.events.filter(({ kind }) => kind === 'report')).toEqual([]);
    await bench.status('table');
    await bench.wait(1 * second);
    expect(bench.codes()).toContain('reader.started');
  });

  it('says nothing private in a session that was renewed, until it is asked there again', async () => {
    const bench = await LinkBench.open({ people, pollIntervalMs: 4 * second, asksStatus: false });
    await bench.connect(20 * second);
    await bench.status('journal');
    await bench.wait(13 * hour);
    bench.replies.length = 0;
    bench.door.reader.tell({ code: 'rex.pressed' });
    await bench.wait(1 * minute);
    expect(bench.replies).toEqual([]);
    await bench.status('table');
    await bench.wait(1 * minute);
    expect(bench.codes()).toContain('rex.pressed');
  });

  it('does not know private commands in clear, and is not online for whoever asks in clear', async () => {
    const bench = await LinkBench.open({ people });
    const answers: Uint8Array[] = [];
    bench.wires.controller.listen = () => ({ stop: () => undefined });
    const heard = (bytes: Uint8Array): void => void answers.push(bytes);
    bench.acu.receive = (bytes) => heard(bytes);
    const say = async (code: number, data: readonly number[], sequence: number): Promise<void> => {
      const frame = encodeFrame({
        address: 1,
        isReply: false,
        sequence,
        check: 'crc16',
        security: undefined,
        code,
        data: Uint8Array.from(data),
      });
      bench.wires.controller.send(frame);
      await bench.wait(100);
    };
    await say(0x61, [0], 0);
    for (let turn = 0; turn < 20; turn += 1) {
      await say(0x80, [0x02, 0x44, 0x50, 0x01, 0x00], (turn % 3) + 1);
      await say(0x61, [0], 0);
      await bench.wait(1 * second);
    }
    expect(answers.length).toBeGreaterThan(20);
    expect(told(bench.door)).not.toContain('event link.found');
    const naks = answers.filter((bytes) => bytes.includes(0x41));
    expect(naks.length).toBeGreaterThanOrEqual(20);
  });

  it('refuses a private command that is malformed, and one that it does not know', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const raw = async (data: readonly number[]): Promise<number | undefined> => {
      const before = bench.events.length;
      const ordered = bench.acu.order(1, { name: 'mfg', payload: { oui: doorpadOui, data: Uint8Array.from(data) } }, bench.door.clock.nowMs());
      expect(ordered.ok).toBe(true);
      await bench.wait(500);
      const ended = bench.events.slice(before).find((event) => event.kind === 'orderEnded');
      return ended?.kind === 'orderEnded' && ended.outcome.kind === 'refused' ? ended.outcome.code : undefined;
    };
    expect(await raw([])).toBe(nakCodes.wrongRecord);
    expect(await raw([0x01])).toBe(nakCodes.wrongRecord);
    expect(await raw([0x01, 9])).toBe(nakCodes.wrongRecord);
    expect(await raw([0x7f, 1, 2, 3])).toBe(nakCodes.unknownCommand);
    expect(await bench.status('table')).toMatchObject({ version: 1 });
  });
});

describe('a line that is dead', () => {
  it('A20: is told once after 30 s, and opened anew each 30 s until something is heard', async () => {
    let reopened = 0;
    const bench = await LinkBench.open({ people, lineSide: { reopen: () => (reopened += 1) } });
    await bench.connect();
    bench.door.story();
    await bench.cut(0);
    await bench.wait(silentMs - second);
    expect(reopened).toBe(0);
    await bench.wait(10 * minute);
    expect(told(bench.door).filter((line) => line === 'event line.silent')).toHaveLength(1);
    expect(reopened).toBeGreaterThanOrEqual(20);
    expect(reopened).toBeLessThanOrEqual(21);
    bench.wires.controller.plug(true);
    await bench.wait(1 * minute);
    await bench.cut(0);
    await bench.wait(1 * minute);
    expect(told(bench.door).filter((line) => line === 'event line.silent')).toHaveLength(1);
  });

  it('A20: noise alone is no sign of life', async () => {
    const bench = await LinkBench.open({ people });
    for (let turn = 0; turn < 40; turn += 1) {
      bench.wires.controller.send(Uint8Array.of(0x00, 0xff, 0x53, 0x12, 0x00, 0xfe));
      await bench.wait(1 * second);
    }
    expect(told(bench.door)).toContain('event line.silent');
  });

  it('an end leaves nothing on the wire', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    await bench.door.reader.stop();
    const said: unknown[] = [];
    bench.wires.reader.send = (bytes) => void said.push(bytes);
    await bench.wait(1 * minute);
    expect(said).toEqual([]);
  });
});

describe('keys and settings of the line', () => {
  it('COMSET moves the reader, which is told once it works', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const ordered = bench.acu.order(1, { name: 'comset', payload: { address: 2, baudRate: 9_600 } }, bench.door.clock.nowMs());
    expect(ordered.ok).toBe(true);
    await bench.wait(100);
    bench.wires.controller.setBaudRate(9_600);
    bench.acu.setBaudRate(9_600);
    await bench.wait(20 * second);
    expect(bench.codes()).toContain('line.moved');
    expect(bench.entriesOnce().find(({ code }) => code === 'line.moved')?.fields).toEqual({ address: 2, baudRate: 9_600 });
    expect(bench.wires.reader.baudRate).toBe(9_600);
  });

  it('COMSET that cannot be kept moves the reader, which says that it will not last', async () => {
    const policy = { keys: { current: scbk, pending: undefined }, keepKeys: () => 'kept' as const, secureRequired: true, clearComset: false };
    const line = { address: 1, baudRate: 115_200 };
    const bench = await LinkBench.open({ people, lineSide: { pd: { line, keepLine: () => 'failed', policy } } });
    await bench.connect();
    const ordered = bench.acu.order(1, { name: 'comset', payload: { ...line, address: 2 } }, bench.door.clock.nowMs());
    expect(ordered.ok).toBe(true);
    await bench.wait((maxKeepTries + 1) * keepRetryMs);
    expect(bench.entriesOnce().find(({ code }) => code === 'line.moved')?.fields).toEqual({ ...line, address: 2, reason: 'notKept' });
    await bench.cut(trialMs + second);
    expect(bench.acu.isOnline(2)).toBe(false);
    bench.acu.remove(2, bench.door.clock.nowMs());
    await bench.connect(5 * second);
    expect(bench.acu.isOnline(1)).toBe(true);
  });

  it('contacts are told as they change, to whoever hears, and are there to be asked', async () => {
    const bench = await LinkBench.open({ people });
    await bench.door.openLeaf();
    await bench.connect();
    const reported = (): unknown[] =>
      bench.events.flatMap((event) => (event.kind === 'report' && event.reply.name !== 'mfgrep' ? [event.reply] : []));
    expect(reported()).toEqual([]);
    await bench.door.set('tamper', true);
    await bench.wait(1 * second);
    await bench.door.shutLeaf();
    await bench.wait(1 * second);
    expect(reported()).toEqual([
      { name: 'lstatr', payload: { tamper: 'tampered', power: 'normal' } },
      { name: 'istatr', payload: [0, 0, 1] },
    ]);
    for (const [name, payload] of [
      ['lstatr', { tamper: 'tampered', power: 'normal' }],
      ['istatr', [0, 0, 1]],
      ['rstatr', [0]],
    ] as const) {
      const command = { lstatr: 'lstat', istatr: 'istat', rstatr: 'rstat' } as const;
      bench.acu.order(1, { name: command[name], payload: undefined }, bench.door.clock.nowMs());
      await bench.wait(500);
      const ended = bench.events.findLast((event) => event.kind === 'orderEnded');
      expect(ended).toMatchObject({ outcome: { kind: 'answered', reply: { name, payload } } });
    }
  });

  it('twenty failed sessions are an event: somebody guesses the line key', async () => {
    const bench = await LinkBench.open({ people });
    const say = async (sequence: number, code: number, type: number, data: Uint8Array): Promise<void> => {
      const security = { type, data: Uint8Array.of(1) };
      bench.wires.controller.send(encodeFrame({ address: 1, isReply: false, sequence, check: 'crc16', security, code, data }));
      await bench.wait(1_100);
    };
    for (let turn = 0; turn < 25; turn += 1) {
      await say(0, commands.chlng.code, scs.challenge, new Uint8Array(8).fill(turn));
      await say(1, commands.scrypt.code, scs.serverCryptogram, new Uint8Array(16).fill(turn));
    }
    const shown = told(bench.door);
    expect(shown.filter((line) => line === 'event line.guessed')).toHaveLength(1);
    expect(shown).not.toContain('event link.found');
  });

  it('half a frame before the wire was pulled at the reader is no part of the next', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    for (const ms of [3, 7, 11]) {
      bench.wires.reader.plug(false);
      await bench.wait(ms);
      bench.wires.reader.plug(true);
      await bench.wait(2 * second);
    }
    expect(bench.codes().filter((code) => code.startsWith('link'))).toEqual(['link.found']);
  });

  it('a new line key is an event once it has proved itself', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const changed = bench.acu.changeKey(1, new SecretBytes(bytesOf('91c4 0e5b 7a22 d8f3 4609 ebb1 3c75 a0d6')), bench.door.clock.nowMs());
    expect(changed.ok).toBe(true);
    await bench.wait(5 * second);
    expect(bench.codes()).toContain('line.keyChanged');
    await bench.door.restart();
    await bench.wait(20 * second);
    expect(bench.door.reader.journal.pending).toBe(0);
  });
});
