/** The ACU against scripted PDs: how one is found, paired and lost, and what is believed of its answers (SECURITY B2, B3, B8, B11, B16). */
import { describe, expect, it } from 'vitest';
import type { Pairing } from '../../src/osdp/acu-events.ts';
import { installWindowMs } from '../../src/osdp/acu-keys.ts';
import { busyRetryMs, maxSessionMs, offlineMs } from '../../src/osdp/acu-session.ts';
import { commands } from '../../src/osdp/commands.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { AcuRig, ack, nak, reply, ScriptedPd } from './acu-rig.ts';
import { bytesOf, flipBit, hexOf, rechecked } from './bytes.ts';
import { scbk } from './secure-pair.ts';

const paired: Pairing = { kind: 'paired', scbk };
const newKey = new SecretBytes(bytesOf('91d4 0b6e f35a 27c8 4411 e96d 80bc 3a75'));
const startCodes: readonly number[] = [commands.id.code, commands.cap.code, commands.chlng.code, commands.scrypt.code];
const keyset = commands.keyset.code;
const poll = commands.poll.code;

const online = (pairing: Pairing = paired) => {
  const pd = new ScriptedPd(1, pairing.kind === 'paired' ? scbk : undefined);
  const rig = new AcuRig().add({ address: 1, pairing }, pd).run(300);
  expect(rig.events('online')).toHaveLength(1);
  return { pd, rig };
};
const codes = (pd: ScriptedPd): number[] => pd.heard.map(({ code }) => code);

describe('the start of a PD', () => {
  it('asks a paired one who it is and what it can, agrees on a session, and then polls in it', () => {
    const { pd, rig } = online();
    expect(pd.heard.slice(0, 5).map(({ code, sequence, isSecure }) => [code, sequence, isSecure])).toEqual([
      [commands.id.code, 0, false],
      [commands.cap.code, 1, false],
      [commands.chlng.code, 0, false],
      [commands.scrypt.code, 1, false],
      [poll, 2, true],
    ]);
    expect(rig.events()).toMatchObject([{ kind: 'online', isSecure: true, identity: { oui: 0x2a1b0c }, capabilities: { check: { level: 1 } } }]);
    expect(rig.line.isOnline(1)).toBe(true);
  });

  it('goes on without the identity and capabilities of a PD that refuses to tell them', () => {
    const pd = new ScriptedPd(1, scbk);
    pd.script = ({ code }) => (code === commands.id.code || code === commands.cap.code ? nak(6) : undefined);
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(200);
    expect(rig.events()).toMatchObject([{ kind: 'online', isSecure: true, identity: undefined, capabilities: undefined }]);
  });

  it.each([
    ['NAK 5', nak(5)],
    ['NAK 6', nak(6)],
    ['ACK', ack],
    ['silence', 'silence' as const],
  ])('B2: tells a paired one nothing more when it answers CHLNG with %s, whatever its capabilities say', (_, answer) => {
    const pd = new ScriptedPd(1, scbk);
    pd.capabilities = '090000';
    pd.script = ({ code }) => (code === commands.chlng.code ? answer : undefined);
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(30_000);
    expect(codes(pd).filter((code) => !startCodes.includes(code))).toEqual([]);
    expect(rig.events()).toEqual([{ kind: 'alarm', alarm: 'noSecureChannel' }]);
    expect(rig.line.order(1, { name: 'lstat', payload: undefined }, rig.nowMs)).toEqual({ ok: false, failure: 'offline' });
  });

  it('says once a minute that a PD has another key', () => {
    const pd = new ScriptedPd(1, newKey);
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(119_000);
    expect(rig.events()).toEqual([
      { kind: 'alarm', alarm: 'wrongKey' },
      { kind: 'alarm', alarm: 'wrongKey' },
    ]);
    expect(codes(pd)).not.toContain(poll);
  });

  it('finds both of two PDs within seconds of an hour in which neither answered', () => {
    const pds = [new ScriptedPd(1, scbk), new ScriptedPd(2, scbk)] as const;
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pds[0]).add({ address: 2, pairing: paired }, pds[1]).run(1_000);
    for (const pd of pds) pd.isSilent = true;
    rig.run(3_600_000);
    for (const pd of pds) pd.isSilent = false;
    rig.run(10_000);
    expect([rig.line.isOnline(1), rig.line.isOnline(2)]).toEqual([true, true]);
  });

  it('finds a PD that is plugged in later, and finds it again after it was away', () => {
    const pd = new ScriptedPd(1, scbk);
    pd.isSilent = true;
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(20_000);
    expect(rig.events()).toEqual([]);
    pd.isSilent = false;
    rig.run(2_000);
    pd.isSilent = true;
    rig.run(offlineMs + 100);
    pd.isSilent = false;
    rig.run(2_000);
    expect(rig.events().map(({ kind }) => kind)).toEqual(['online', 'offline', 'online']);
  });
});

describe('a key', () => {
  it('B3: is installed by SCBK-D only where that was opened, once, and nothing else is said under SCBK-D', () => {
    const pd = new ScriptedPd(1, undefined, newDefaultScbk());
    pd.script = ({ code }, plain) => {
      if (code === keyset) pd.keys = [undefined, new SecretBytes(plain.subarray(2))];
      return undefined;
    };
    const rig = new AcuRig().add({ address: 1, pairing: { kind: 'unpaired' } }, pd).run(3_000);
    expect(codes(pd)).not.toContain(commands.chlng.code);
    expect(rig.line.install(1, newKey, rig.nowMs).ok).toBe(true);
    rig.run(3_000);
    expect(rig.events()).toMatchObject([{ kind: 'alarm', alarm: 'unpaired' }, { kind: 'keyChanged' }, { kind: 'online', isSecure: true }]);
    const first = pd.heard.findIndex(({ isSecure }) => isSecure);
    expect(pd.heard[first]?.code).toBe(keyset);
    expect(pd.heard[first + 1]?.code).toBe(commands.chlng.code);
    pd.keys = [newDefaultScbk(), undefined];
    pd.heard.length = 0;
    pd.isSilent = true;
    rig.run(offlineMs);
    pd.isSilent = false;
    rig.run(20_000);
    expect(codes(pd).filter((code) => !startCodes.includes(code))).toEqual([]);
    expect(codes(pd)).not.toContain(commands.scrypt.code);
  });

  it('is not installed any more when the reader comes after the window', () => {
    const pd = new ScriptedPd(1, undefined, newDefaultScbk());
    pd.isSilent = true;
    const rig = new AcuRig().add({ address: 1, pairing: { kind: 'unpaired' } }, pd);
    rig.line.install(1, newKey, rig.nowMs);
    rig.run(installWindowMs);
    pd.isSilent = false;
    rig.run(10_000);
    expect(codes(pd)).not.toContain(commands.scrypt.code);
  });

  it('is refused when it is weak, where there is one already, where there is none, and where nobody is', () => {
    const { rig } = online();
    const weak = new SecretBytes(new Uint8Array(16));
    expect(rig.line.changeKey(1, weak, 0)).toEqual({ ok: false, failure: 'weakKey' });
    expect(rig.line.install(1, newKey, 0)).toEqual({ ok: false, failure: 'alreadyPaired' });
    expect(rig.line.changeKey(2, newKey, 0)).toEqual({ ok: false, failure: 'unknownPd' });
    expect(rig.line.install(2, newKey, 0)).toEqual({ ok: false, failure: 'unknownPd' });
    const { rig: clear } = online({ kind: 'clear' });
    expect(clear.line.install(1, weak, 0)).toEqual({ ok: false, failure: 'weakKey' });
    expect(clear.line.changeKey(1, newKey, 0)).toEqual({ ok: false, failure: 'notPaired' });
    clear.line.remove(1, clear.nowMs);
    clear.add({ address: 1, pairing: paired });
    expect(clear.line.changeKey(1, newKey, 0)).toEqual({ ok: false, failure: 'offline' });
  });

  it.each(['sealed', 'in clear', 'lost'])('B11: is changed when the ACK to KEYSET is %s', (form) => {
    const { pd, rig } = online();
    pd.script = (frame, plain) => {
      if (frame.code !== keyset) return undefined;
      pd.keys = [undefined, new SecretBytes(plain.subarray(2))];
      return form === 'sealed' ? undefined : form === 'lost' ? 'silence' : pd.plain(frame, ack);
    };
    expect(rig.line.changeKey(1, newKey, rig.nowMs).ok).toBe(true);
    rig.run(form === 'lost' ? 12_000 : 1_000);
    expect(rig.events('keyChanged')).toHaveLength(1);
    expect(rig.line.isOnline(1)).toBe(true);
    expect(rig.events('offline')).toHaveLength(form === 'lost' ? 1 : 0);
  });

  it('B11: stays the old one when the PD never takes the new one, or refuses it', () => {
    const { pd, rig } = online();
    rig.line.changeKey(1, newKey, rig.nowMs);
    rig.run(3_000);
    expect(pd.heard.filter(({ code }) => code === keyset)).toHaveLength(3);
    pd.script = ({ code }) => (code === keyset ? nak(9) : undefined);
    rig.line.changeKey(1, newKey, rig.nowMs);
    rig.run(3_000);
    expect(rig.events().map(({ kind }) => kind)).toEqual(['online', 'renewed', 'renewed', 'renewed', 'keyRefused', 'keyRefused']);
    expect(codes(pd).at(-1)).toBe(poll);
  });

  it('B11: is the pending one or the old one after a restart of the ACU, whichever the PD has', () => {
    for (const key of [scbk, newKey]) {
      const pd = new ScriptedPd(1, key);
      pd.script = ({ code }, plain) => {
        if (code === keyset) pd.keys = [undefined, new SecretBytes(plain.subarray(2))];
        return undefined;
      };
      const rig = new AcuRig().add({ address: 1, pairing: { kind: 'paired', scbk, pending: newKey } }, pd).run(2_000);
      expect(rig.events('keyChanged')).toHaveLength(1);
      expect(rig.line.isOnline(1)).toBe(true);
    }
  });
});

describe('a session', () => {
  it('survives a reply with a wrong CRC: the same bytes are asked again, and the effect is there once', () => {
    const { pd, rig } = online();
    let bad = 1;
    let last: Uint8Array | undefined;
    const answer = pd.answer.bind(pd);
    pd.answer = (bytes) => {
      // A PD that has a cache, as OSDP.md §3 wants it.
      if (last !== undefined && bad === 0) {
        bad = -1;
        return last;
      }
      const said = answer(bytes);
      if (bad !== 1 || said === undefined) return said;
      bad = 0;
      last = said;
      return flipBit(said, 60);
    };
    rig.run(1_000);
    const repeated = rig.sent.filter(({ bytes }, at) => hexOf(bytes) === hexOf(rig.sent[at + 1]?.bytes ?? bytesOf('')));
    expect(repeated).toHaveLength(1);
    expect(rig.events('offline')).toEqual([]);
  });

  it('ends with an alarm when a MAC is wrong, and a new one begins', () => {
    const { pd, rig } = online();
    const answer = pd.answer.bind(pd);
    pd.answer = (bytes) => {
      pd.answer = answer;
      const said = answer(bytes);
      return said === undefined ? undefined : rechecked(flipBit(said, 8 * 10));
    };
    rig.run(2_000);
    expect(rig.events().slice(1)).toMatchObject([
      { kind: 'alarm', alarm: 'wrongMac' },
      { kind: 'offline', reason: 'sessionLost' },
      { kind: 'online', isSecure: true },
    ]);
  });

  it.each(['ccrypt', 'rmacI'] as const)('B8: ends with an alarm when %s comes in it', (name) => {
    const { pd, rig } = online();
    const sixteen = new Uint8Array(16);
    const said =
      name === 'rmacI'
        ? reply('rmacI', { initialMac: sixteen })
        : reply('ccrypt', { cuid: new Uint8Array(8), rndB: new Uint8Array(8), clientCryptogram: sixteen });
    let isDone = false;
    pd.script = (frame) => {
      if (isDone || frame.code !== poll) return undefined;
      isDone = true;
      return pd.plain(frame, said);
    };
    rig.run(2_000);
    expect(rig.events().slice(1, 3)).toEqual([
      { kind: 'alarm', alarm: 'unexpectedHandshake' },
      { kind: 'offline', reason: 'unexpectedHandshake' },
    ]);
  });

  it('believes nothing that comes in clear, and waits for what is sealed', () => {
    const { pd, rig } = online();
    pd.script = (frame) => (frame.code === poll ? pd.plain(frame, reply('keypad', { reader: 0, keys: bytesOf('31') })) : undefined);
    rig.run(offlineMs + 300);
    expect(rig.events('report')).toEqual([]);
    expect(rig.events('offline')).toEqual([{ kind: 'offline', reason: 'silent' }]);
  });

  it('refuses data of a session in clear, and goes on', () => {
    const { rig, pd } = online();
    rig.line.order(1, { name: 'lstat', payload: undefined }, rig.nowMs);
    pd.script = ({ code }) => (code === commands.lstat.code ? reply('lstatr', { tamper: 'normal', power: 'normal' }) : undefined);
    rig.run(500);
    expect(rig.events('orderEnded')).toMatchObject([{ outcome: { kind: 'answered', reply: { name: 'lstatr' } } }]);
  });

  it('B16: is renewed after 6 h without being offline, and that is told', () => {
    const pd = new ScriptedPd(1, scbk);
    const rig = new AcuRig({ baudRate: 115_200, pollIntervalMs: 4_000 }).add({ address: 1, pairing: paired }, pd).run(maxSessionMs + 10_000);
    expect(pd.heard.filter(({ code }) => code === commands.chlng.code)).toHaveLength(2);
    expect(rig.events().map(({ kind }) => kind)).toEqual(['online', 'renewed']);
  });

  it('ends when the PD says in clear that there is none', () => {
    const { pd, rig } = online();
    pd.channel.close();
    rig.run(2_000);
    expect(rig.events().slice(1)).toMatchObject([{ kind: 'offline', reason: 'sessionLost' }, { kind: 'online' }]);
  });
});

describe('an answer', () => {
  it('that is BUSY has the same bytes asked again, and after 8 s of it the PD is offline', () => {
    const { pd, rig } = online({ kind: 'clear' });
    pd.script = (frame) => (frame.code === poll ? pd.plain(frame, reply('busy', undefined), 0) : undefined);
    rig.run(1_000);
    const last = rig.sent.slice(-5);
    expect(new Set(last.map(({ bytes }) => hexOf(bytes))).size).toBe(1);
    expect((last[1]?.atMs ?? 0) - (last[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(busyRetryMs);
    rig.run(offlineMs);
    expect(rig.events('offline')).toEqual([{ kind: 'offline', reason: 'silent' }]);
  });

  it('of another address or sequence is ignored; sequence 0 asks for a restart', () => {
    const { pd, rig } = online({ kind: 'clear' });
    const key = reply('keypad', { reader: 0, keys: bytesOf('31') });
    pd.script = (frame) => (frame.code === poll ? pd.plain({ ...frame, address: 2 }, key) : undefined);
    rig.run(1_000);
    pd.script = (frame) => (frame.code === poll ? pd.plain(frame, key, (frame.sequence % 3) + 1) : undefined);
    rig.run(1_000);
    expect(rig.events('report')).toEqual([]);
    pd.script = (frame) => (frame.code === poll ? pd.plain(frame, key, 0) : undefined);
    rig.run(2_500);
    expect(rig.events('offline')).toContainEqual({ kind: 'offline', reason: 'restarted' });
    expect(rig.events('report')).toEqual([]);
  });

  it('NAK 1 has the same bytes asked again, four times at most; NAK 4 a restart; NAK 6 in clear is offline', () => {
    const { pd, rig } = online({ kind: 'clear' });
    pd.script = ({ code }) => (code === commands.lstat.code ? nak(1) : undefined);
    rig.line.order(1, { name: 'lstat', payload: undefined }, rig.nowMs);
    rig.run(500);
    expect(codes(pd).filter((code) => code === commands.lstat.code)).toHaveLength(4);
    expect(rig.events('orderEnded')).toMatchObject([{ outcome: { kind: 'refused', code: 1 } }]);
    pd.script = ({ code }) => (code === poll ? nak(4) : undefined);
    rig.run(500);
    pd.script = () => undefined;
    rig.run(2_000);
    pd.script = ({ code }) => (code === poll ? nak(6) : undefined);
    rig.run(500);
    const reasons = rig.events('offline').map((event) => event.kind === 'offline' && event.reason);
    expect([...new Set(reasons)]).toEqual(['restarted', 'encryptionRequired']);
  });

  it('that never comes leaves the PD offline after 8 s; what was sent is lost, what was not is not sent', () => {
    const { pd, rig } = online();
    pd.isSilent = true;
    const silentFromMs = rig.nowMs;
    rig.line.order(1, { name: 'lstat', payload: undefined }, rig.nowMs);
    rig.line.order(1, { name: 'istat', payload: undefined }, rig.nowMs);
    rig.run(offlineMs + 300);
    expect(rig.events('orderEnded')).toMatchObject([{ outcome: { kind: 'lost' } }, { outcome: { kind: 'notSent' } }]);
    const offline = rig.told.find(({ event }) => event.kind === 'offline');
    expect((offline?.atMs ?? 0) - silentFromMs).toBeLessThan(offlineMs + 100);
  });
});
