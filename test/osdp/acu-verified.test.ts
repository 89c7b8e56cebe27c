/**
 * What the public list of SIA OSDP Verified asks of the ACU of bytes on the line, time, sizes, sequence, sessions and files, as far as no
 * other test shows it by name. Commands and replies one by one are in acu-verified-messages.test.ts.
 */
import { describe, expect, it } from 'vitest';
import type { AcuEvent, Pairing } from '../../src/osdp/acu-events.ts';
import { AcuLine, replyTimeoutMs } from '../../src/osdp/acu-line.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, maxFrameBytes, scs } from '../../src/osdp/frame.ts';
import { nominalGapMs } from '../../src/osdp/framer.ts';
import { replies } from '../../src/osdp/replies.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { AcuRig, ack, nak, reply, ScriptedPd } from './acu-rig.ts';
import { bytesOf, flipBit, hexOf } from './bytes.ts';
import { crypto, frameOf, scbk } from './secure-pair.ts';

const clear: Pairing = { kind: 'clear' };
const paired: Pairing = { kind: 'paired', scbk };
const baudRates = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400];
const none = new Uint8Array(0);
const lstat = { name: 'lstat', payload: undefined } as const;

/** An ACU alone with its line: a test is its PD, and turns its clock. */
class BareAcu {
  nowMs = 0;
  readonly sent: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  readonly events: AcuEvent[] = [];
  readonly line: AcuLine;

  constructor(baudRate = 115_200, pairing: Pairing = clear) {
    this.line = new AcuLine(
      crypto,
      { baudRate },
      {
        send: (bytes) => void this.sent.push({ atMs: this.nowMs, bytes }),
        told: (_, event) => void this.events.push(event),
      },
    );
    this.line.add({ address: 1, pairing }, 0);
  }

  /** Goes to the moment at which it speaks next, and gives what it says. */
  next(): Uint8Array {
    const before = this.sent.length;
    while (this.sent.length === before) {
      this.nowMs = Math.max(this.nowMs, present(this.line.deadlineMs, 'something is due'));
      this.line.expire(this.nowMs);
    }
    return present(this.sent.at(-1), 'something was sent').bytes;
  }

  hear(bytes: Uint8Array, afterMs: number): void {
    this.nowMs += afterMs;
    this.line.receive(bytes, this.nowMs);
  }
}

/** The answer in clear to the frame behind a mark. */
const answerTo = (sent: Uint8Array, code: number, data: Uint8Array = none): Uint8Array =>
  encodeFrame({ ...frameOf(sent.subarray(1)), isReply: true, security: undefined, code, data });

/** Past ID and CAP, in clear. */
const polling = (capabilities = '080100', baudRate = 115_200): BareAcu => {
  const acu = new BareAcu(baudRate);
  acu.hear(answerTo(acu.next(), replies.pdid.code, bytesOf('0c1b2a280b11223344010203')), 5);
  acu.hear(answerTo(acu.next(), replies.pdcap.code, bytesOf(capabilities)), 5);
  expect(acu.line.isOnline(1)).toBe(true);
  return acu;
};

const online = (pairing: Pairing = paired, settings: { maxReplyBytes?: number; capabilities?: string } = {}) => {
  const { capabilities = '080100 0a0001', ...rest } = settings;
  const pd = new ScriptedPd(1, scbk);
  pd.capabilities = capabilities;
  const rig = new AcuRig().add({ address: 1, pairing, ...rest }, pd).run(300);
  pd.heard.length = 0;
  return { pd, rig };
};

describe('SIA OSDP Verified, ACU: bytes on the line', () => {
  it('050-02-01 to 050-02-06: finds a PD and polls it at each of the six rates, at the pace of the rate', () => {
    for (const baudRate of baudRates) {
      const pd = new ScriptedPd(1, scbk);
      const rig = new AcuRig({ baudRate }).add({ address: 1, pairing: paired }, pd).run(2_000);
      expect(rig.line.isOnline(1), `${baudRate}`).toBe(true);
      expect(pd.heard.filter(({ code }) => code === commands.poll.code).length).toBeGreaterThan(20);
    }
  });

  it('050-03-01: carries all 256 values of a byte, both ways', () => {
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    for (const pairing of [clear, paired]) {
      const { pd, rig } = online(pairing, { maxReplyBytes: 1_440, capabilities: '080100 0aa005' });
      pd.script = ({ code }, plain) => (code === commands.mfg.code ? [replies.mfgrep.code, plain] : undefined);
      rig.line.order(1, { name: 'mfg', payload: { oui: 1, data: all } }, rig.nowMs);
      rig.run(300);
      const mfg = pd.heard.find(({ code }) => code === commands.mfg.code);
      expect(hexOf(mfg?.data ?? none)).toBe(`010000${hexOf(all)}`);
      expect(rig.events('orderEnded')).toMatchObject([{ outcome: { reply: { name: 'mfgrep', payload: { data: all } } } }]);
    }
  });

  it('050-09-01, 050-09-03, 050-09-06, 050-09-07, 050-09-09, 050-09-12, 050-09-15: says exactly these bytes, with a CRC', () => {
    const acu = new BareAcu();
    expect(hexOf(acu.next())).toBe('ff530109000461006023');
    acu.hear(bytesOf('538114000445 0c1b2a280b112233440102034421'), 5);
    expect(hexOf(acu.next())).toBe('ff530109000562000341');
    acu.hear(answerTo(acu.sent[1]?.bytes ?? none, replies.pdcap.code, bytesOf('080100')), 5);
    expect(hexOf(acu.next())).toBe('ff530108000660d866');
  });

  it('050-09-11: uses the checksum with a PD that knows nothing else', () => {
    const acu = polling('080000');
    const poll = acu.next();
    expect(hexOf(poll)).toBe('ff53010700026043');
    expect(poll.subarray(1).reduce((sum, byte) => (sum + byte) & 0xff, 0)).toBe(0);
  });

  it('050-09-04: speaks to each of the 127 addresses, and hears what comes from there and with bit 7', () => {
    for (let address = 0; address < 0x7f; address += 1) {
      const pd = new ScriptedPd(address);
      const rig = new AcuRig().add({ address, pairing: clear }, pd).run(60);
      expect(rig.sent[0]?.bytes[1]).toBe(address);
      expect(rig.line.isOnline(address)).toBe(true);
    }
  });

  it('050-09-05, 050-09-13: works with no PD at the configuration address, and moves none there', () => {
    expect(() => new AcuRig().line.add({ address: 0x7f, pairing: clear }, 0)).toThrow();
    const { rig } = online();
    for (const address of [0x7f, 0xff]) {
      const comset = { name: 'comset', payload: { address, baudRate: 9_600 } } as const;
      expect(rig.line.order(1, comset, rig.nowMs)).toEqual({ ok: false, failure: 'wrongAddress' });
    }
    expect(rig.sent.every(({ bytes }) => bytes[1] === 1)).toBe(true);
  });
});

describe('SIA OSDP Verified, ACU: time', () => {
  it('050-04-01: says one thing at a time, and nothing before the answer or its 200 ms', () => {
    const acu = polling();
    const poll = acu.next();
    expect(acu.line.deadlineMs).toBeGreaterThanOrEqual(acu.nowMs + replyTimeoutMs);
    acu.nowMs += replyTimeoutMs - 1;
    acu.line.expire(acu.nowMs);
    expect(acu.sent.at(-1)?.bytes).toBe(poll);
    acu.hear(answerTo(poll, ack[0]), 0);
    expect(acu.line.isOnline(1)).toBe(true);
  });

  it('050-04-02: asks again with the same bytes when no answer came, and polls on when one did', () => {
    const acu = polling();
    const poll = acu.next();
    expect(hexOf(acu.next())).toBe(hexOf(poll));
    expect(hexOf(acu.next())).toBe(hexOf(poll));
    acu.hear(answerTo(poll, ack[0]), 5);
    expect(frameOf(acu.next().subarray(1)).sequence).toBe((frameOf(poll.subarray(1)).sequence % 3) + 1);
  });

  it('050-04-03, 050-04-04, 070-19-01: asks again with the same bytes after BUSY, and nothing else before that is answered', () => {
    const acu = polling();
    const poll = acu.next();
    acu.line.order(1, lstat, acu.nowMs);
    for (let times = 0; times < 3; times += 1) {
      // With sequence 0, and as some have it with the command's own.
      acu.hear(times === 1 ? answerTo(poll, replies.busy.code) : bytesOf('53810800047972a1'), 5);
      expect(hexOf(acu.next())).toBe(hexOf(poll));
    }
    acu.hear(answerTo(poll, ack[0]), 5);
    expect(frameOf(acu.next().subarray(1)).code).toBe(commands.lstat.code);
  });

  it('050-07-01: leaves two characters of idle line behind what it heard, and puts a mark before what it says', () => {
    for (const baudRate of baudRates) {
      const acu = polling('080100', baudRate);
      acu.line.order(1, lstat, acu.nowMs);
      const heardMs = acu.nowMs;
      expect(acu.next()[0]).toBe(0xff);
      expect(acu.nowMs - heardMs).toBeGreaterThan(19_999 / baudRate);
    }
  });

  it('050-08-01: forgets an answer that pauses for 20 ms, at every byte, and takes the next', () => {
    for (let cut = 1; cut < 8; cut += 1) {
      const acu = polling();
      const poll = acu.next();
      const answer = answerTo(poll, replies.keypad.code, bytesOf('000131'));
      acu.hear(answer.subarray(0, cut), 5);
      acu.nowMs += nominalGapMs;
      acu.line.expire(acu.nowMs);
      acu.hear(answer.subarray(cut), 0);
      expect(acu.events.filter(({ kind }) => kind === 'report')).toEqual([]);
      acu.next();
      acu.hear(answer, 5);
      expect(acu.events.filter(({ kind }) => kind === 'report')).toHaveLength(1);
    }
  });

  it('050-09-16: believes no answer with a wrong CRC, and asks again as soon as the line is silent', () => {
    for (let bit = 0; bit < 8 * 11; bit += 1) {
      const acu = polling();
      const poll = acu.next();
      const answer = answerTo(poll, replies.keypad.code, bytesOf('000131'));
      acu.hear(flipBit(answer, bit), 5);
      expect(acu.events.filter(({ kind }) => kind === 'report')).toEqual([]);
      const heardMs = acu.nowMs;
      expect(hexOf(acu.next())).toBe(hexOf(poll));
      expect(acu.nowMs - heardMs, `bit ${bit}`).toBeCloseTo(nominalGapMs, 6);
      acu.hear(answer, 5);
      expect(acu.events.filter(({ kind }) => kind === 'report')).toHaveLength(1);
    }
  });

  it('asks again early when an answer broke off, and waits the whole time when there was noise only', () => {
    const acu = polling();
    const poll = acu.next();
    const answer = answerTo(poll, replies.keypad.code, bytesOf('000131'));
    acu.hear(answer.subarray(0, 8), 5);
    const heardMs = acu.nowMs;
    acu.next();
    expect(acu.nowMs - heardMs).toBeCloseTo(nominalGapMs, 6);
    acu.hear(bytesOf('53 81 08'), 5);
    const noiseMs = acu.nowMs;
    acu.next();
    expect(acu.nowMs - noiseMs).toBeGreaterThan(replyTimeoutMs - 10);
  });
});

describe('SIA OSDP Verified, ACU: sizes', () => {
  const frameBytes = (rig: AcuRig): number => Math.max(...rig.sent.map(({ bytes }) => bytes.length));
  const mfg = (length: number) => ({ name: 'mfg', payload: { oui: 1, data: new Uint8Array(length) } }) as const;

  it('050-06-01: says no frame longer than the PD takes: 128 bytes until it has said more', () => {
    for (const [capabilities, most] of [
      ['080100', 128],
      ['080100 0a4000', 128],
      ['080100 0a0002', 512],
      ['080100 0affff', maxFrameBytes],
    ] as const) {
      const { rig } = online(paired, { capabilities });
      let length = 1_500;
      while (!rig.line.order(1, mfg(length), rig.nowMs).ok) length -= 1;
      rig.run(300);
      expect(frameBytes(rig)).toBeLessThanOrEqual(most);
      expect(frameBytes(rig)).toBeGreaterThan(most - 17);
    }
  });

  it('050-06-02, 060-20-01: takes answers of 1440 bytes, and says so with ACURXSIZE', () => {
    const { pd, rig } = online(clear, { maxReplyBytes: maxFrameBytes });
    const data = new Uint8Array(maxFrameBytes - 8 - 3).fill(0x53);
    pd.reports.push(reply('mfgrep', { oui: 1, data }));
    rig.run(500);
    expect(rig.events('report')).toMatchObject([{ reply: { name: 'mfgrep', payload: { data } } }]);
    const told = new ScriptedPd(1, scbk);
    new AcuRig().add({ address: 1, pairing: paired, maxReplyBytes: maxFrameBytes }, told).run(300);
    expect(told.heard.filter(({ code }) => code === commands.acurxsize.code).map(({ data: size }) => hexOf(size))).toEqual(['a005']);
  });
});

describe('SIA OSDP Verified, ACU: sequence and session', () => {
  it('050-09-02: begins with 0, and counts 1, 2, 3, 1 from there', () => {
    const { pd } = online(clear);
    const rig = new AcuRig().add({ address: 1, pairing: clear }, pd).run(400);
    expect(rig.sent.slice(0, 7).map(({ bytes }) => (bytes[4] ?? 0) & 3)).toEqual([0, 1, 2, 3, 1, 2, 3]);
  });

  it('050-09-08, 060-17-01, 060-18-01, 070-16-01, 070-17-01: agrees on a session with CHLNG and SCRYPT, each with its block', () => {
    const pd = new ScriptedPd(1, scbk);
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(300);
    const blocks = rig.sent.slice(0, 5).map(({ bytes }) => frameOf(bytes).security);
    expect(blocks.map((block) => block?.type)).toEqual([undefined, undefined, scs.challenge, scs.serverCryptogram, scs.command]);
    expect(blocks.slice(2, 4).map((block) => hexOf(block?.data ?? none))).toEqual(['01', '01']);
    const lengths = rig.sent.slice(2, 4).map(({ bytes }) => bytes.length);
    expect(lengths).toEqual([5 + 3 + 1 + 8 + 2, 5 + 3 + 1 + 16 + 2]);
    expect(rig.events()).toMatchObject([{ kind: 'online', isSecure: true }]);
  });

  it('070-17-02: opens no session on a wrong RMAC_I, and says so', () => {
    const pd = new ScriptedPd(1, scbk);
    pd.script = (frame) => {
      if (frame.code !== commands.scrypt.code) return undefined;
      const security = { type: scs.initialMac, data: Uint8Array.of(1) };
      return encodeFrame({ ...frame, isReply: true, security, code: replies.rmacI.code, data: new Uint8Array(16) });
    };
    const rig = new AcuRig().add({ address: 1, pairing: paired }, pd).run(5_000);
    expect(rig.events()).toEqual([{ kind: 'alarm', alarm: 'wrongKey' }]);
    expect(pd.heard.map(({ code }) => code)).not.toContain(commands.poll.code);
  });

  it('060-16-01, 060-16-02, 060-16-03: keys a PD anew twice, each time in a session on the key before', () => {
    const { pd, rig } = online();
    const keys = ['c1d20f389a4b6e751827e3f05ca9bd46', '5e0b94d7213fa86c7dc219e8f0463ab5'].map((hex) => new SecretBytes(bytesOf(hex)));
    pd.script = ({ code }, plain) => {
      if (code === commands.keyset.code) pd.keys = [undefined, new SecretBytes(plain.subarray(2))];
      return undefined;
    };
    for (const key of keys) {
      expect(rig.line.changeKey(1, key, rig.nowMs).ok).toBe(true);
      rig.run(1_000);
    }
    const keysets = pd.heard.filter(({ code }) => code === commands.keyset.code);
    expect(keysets.map(({ data, isSecure }) => [hexOf(data), isSecure])).toEqual(keys.map((key) => [`0110${hexOf(key.reveal())}`, true]));
    expect(rig.events().map(({ kind }) => kind)).toEqual(['online', 'keyChanged', 'renewed', 'keyChanged', 'renewed']);
    expect(rig.line.isOnline(1)).toBe(true);
  });

  it('060-16-01: gives up a first key that the PD will not have, and says nothing more under SCBK-D', () => {
    const pd = new ScriptedPd(1, undefined, newDefaultScbk());
    pd.script = ({ code }) => (code === commands.keyset.code ? nak(9) : undefined);
    const rig = new AcuRig().add({ address: 1, pairing: { kind: 'unpaired' } }, pd);
    rig.line.install(1, new SecretBytes(bytesOf('c1d20f389a4b6e751827e3f05ca9bd46')), rig.nowMs);
    rig.run(5_000);
    expect(rig.events('keyRefused')).toHaveLength(1);
    expect(rig.line.isOnline(1)).toBe(false);
    expect(pd.heard.filter(({ isSecure }) => isSecure).map(({ code }) => code)).toEqual([commands.keyset.code]);
  });

  it('060-02-01, 070-02-01: polls on when there is nothing to say', () => {
    const { pd, rig } = online();
    rig.run(10_000);
    expect(pd.heard.every(({ code, isSecure }) => code === commands.poll.code && isSecure)).toBe(true);
    expect(rig.events().map(({ kind }) => kind)).toEqual(['online']);
  });
});

describe('SIA OSDP Verified, ACU: files', () => {
  const file = Uint8Array.from({ length: 150 }, (_, at) => at);
  const fileAnswer = (status: number, delayMs: number) =>
    reply('ftstat', { action: { mayInterleave: true, leaveSecureChannel: false, pollWaiting: false }, delayMs, status, maxMessageBytes: 0 });

  it('060-26-01, 070-25-01: sends a file in fragments that say where they stand, until FTSTAT says that it is done', () => {
    const { pd, rig } = online();
    const heard: string[] = [];
    pd.script = ({ code }, plain) => {
      if (code !== commands.filetransfer.code) return undefined;
      heard.push(hexOf(plain));
      return fileAnswer(heard.length === 3 ? 1 : 0, 0);
    };
    rig.line.sendFile(1, { type: 1, bytes: file, maxFragmentBytes: 60 }, rig.nowMs);
    rig.run(1_000);
    expect(heard).toEqual([
      `0196000000000000003c00${hexOf(file.subarray(0, 60))}`,
      `01960000003c0000003c00${hexOf(file.subarray(60, 120))}`,
      `0196000000780000001e00${hexOf(file.subarray(120))}`,
    ]);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } }]);
  });

  it('070-25-02, 070-25-03: waits as long as FTSTAT says, after the first fragment and after the last, and polls meanwhile', () => {
    const { pd, rig } = online();
    const atMs: number[] = [];
    pd.script = ({ code }) => {
      if (code !== commands.filetransfer.code) return undefined;
      atMs.push(rig.nowMs);
      return fileAnswer([0, 3, 1][atMs.length - 1] ?? -1, [500, 1_000, 0][atMs.length - 1] ?? 0);
    };
    rig.line.sendFile(1, { type: 1, bytes: file, maxFragmentBytes: 75 }, rig.nowMs);
    rig.run(5_000);
    expect(atMs).toHaveLength(3);
    expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBeGreaterThanOrEqual(500);
    expect((atMs[2] ?? 0) - (atMs[1] ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(pd.heard.filter(({ code }) => code === commands.poll.code).length).toBeGreaterThan(20);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } }]);
  });
});
