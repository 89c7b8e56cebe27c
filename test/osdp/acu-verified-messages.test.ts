/**
 * What the public list of SIA OSDP Verified asks of the ACU, command by command and reply by reply: what goes out, byte for byte, and what
 * is made of the answer, in clear and in a session. What it asks of frames, time and sessions is in acu-verified.test.ts.
 */
import { describe, expect, it } from 'vitest';
import type { OrderCommand, OrderOutcome, Pairing } from '../../src/osdp/acu-events.ts';
import { commands } from '../../src/osdp/commands.ts';
import { colors } from '../../src/osdp/records.ts';
import { AcuRig, ack, nak, ScriptedPd } from './acu-rig.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { scbk } from './secure-pair.ts';

const pairings: readonly Pairing[] = [{ kind: 'clear' }, { kind: 'paired', scbk }];
const plain = (hex: string): string => hex.replaceAll(' ', '');
const saidOf = (hex: string): readonly [number, Uint8Array] => {
  const bytes = bytesOf(hex);
  return [bytes[0] ?? 0, bytes.subarray(1)];
};

const online = (pairing: Pairing) => {
  const pd = new ScriptedPd(1, scbk);
  pd.capabilities = '080100 0aa005';
  const rig = new AcuRig().add({ address: 1, pairing }, pd).run(300);
  expect(rig.line.isOnline(1)).toBe(true);
  pd.heard.length = 0;
  return { pd, rig };
};

/** Orders it both ways: the PD hears exactly `heard`, answers `said`, and the order ends with that. */
const orders = (command: OrderCommand, heard: string, said: string, outcome: object): void => {
  for (const pairing of pairings) {
    const { pd, rig } = online(pairing);
    pd.script = ({ code }) => (code === commands[command.name].code ? saidOf(said) : undefined);
    rig.line.order(1, command, rig.nowMs);
    rig.run(300);
    const [first] = pd.heard;
    expect(first === undefined ? '' : hexOf(Uint8Array.of(first.code, ...first.data))).toBe(plain(heard));
    expect(first?.isSecure).toBe(pairing.kind === 'paired');
    const ended = rig.events('orderEnded').map((event) => (event as { outcome: OrderOutcome }).outcome);
    expect(ended).toMatchObject([outcome]);
  }
};
const answered = (name: string, payload?: unknown): object => ({ kind: 'answered', reply: payload === undefined ? { name } : { name, payload } });

/** The PD says this at a POLL, both ways: it comes out as a report. */
const hears = (said: string, name: string, payload: object): void => {
  for (const pairing of pairings) {
    const { pd, rig } = online(pairing);
    pd.reports.push(saidOf(said));
    rig.run(300);
    expect(rig.events('report')).toMatchObject([{ reply: { name, payload } }]);
  }
};

const steady = (onColor: keyof typeof colors) => ({ onMs: 100, offMs: 0, onColor, offColor: 'black' }) as const;
const ledOf = (color: keyof typeof colors): OrderCommand => ({
  name: 'led',
  payload: [
    {
      reader: 0,
      led: 0,
      temporaryAction: 'none',
      temporary: { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black', timerMs: 0 },
      permanentAction: 'set',
      permanent: steady(color),
    },
  ],
});
const authentication = { totalBytes: 4, offset: 0, uncountedBytes: 2, data: bytesOf('0703 aabbccdd') };

describe('SIA OSDP Verified, ACU: status', () => {
  it('060-05-01, 070-06-01: asks LSTAT and understands LSTATR', () =>
    orders({ name: 'lstat', payload: undefined }, '64', '48 00 00', answered('lstatr', { tamper: 'normal', power: 'normal' })));
  it('060-02-02, 070-06-02, 070-06-03: hears LSTATR at a POLL: tamper, power', () => {
    hears('48 01 00', 'lstatr', { tamper: 'tampered', power: 'normal' });
    hears('48 00 01', 'lstatr', { tamper: 'normal', power: 'failed' });
  });
  it('060-06-01, 070-07-01: asks ISTAT and understands ISTATR, with the faults of 2.2.2', () =>
    orders({ name: 'istat', payload: undefined }, '65', '49 00 01 05', answered('istatr', [0, 1, 5])));
  it('060-07-01, 070-08-01: asks OSTAT and understands OSTATR', () =>
    orders({ name: 'ostat', payload: undefined }, '66', '4a 01 00', answered('ostatr', [1, 0])));
  it('060-08-01, 070-09-01: asks RSTAT and understands RSTATR', () =>
    orders({ name: 'rstat', payload: undefined }, '67', '4b 02', answered('rstatr', [2])));
  it('070-02-02: hears OSTATR at a POLL', () => hears('4a 01 00', 'ostatr', [1, 0]));
});

describe('SIA OSDP Verified, ACU: who it is', () => {
  it('060-03-01, 070-04-01: asks ID and understands PDID', () =>
    orders(
      { name: 'id', payload: { form: 'standard' } },
      '61 00',
      '45 0c1b2a 28 0b 11223344 01 02 03',
      answered('pdid', { oui: 0x2a1b0c, model: 0x28, version: 0x0b, serial: 0x44332211, firmware: { major: 1, minor: 2, build: 3 } }),
    ));
  it('asks ID of the extended form, and puts EXT_PDID together from its parts', () => {
    for (const pairing of pairings) {
      const { pd, rig } = online(pairing);
      pd.script = ({ code }) => (code === commands.id.code ? saidOf('59 0900 0000 0500 00 0600 616c') : undefined);
      pd.reports.push(saidOf('59 0900 0500 0400 6d657278'));
      rig.line.order(1, { name: 'id', payload: { form: 'extended' } }, rig.nowMs);
      rig.run(300);
      expect(rig.events('whole')).toEqual([{ kind: 'whole', name: 'extPdid', data: bytesOf('00 0600 616c 6d657278') }]);
      expect(rig.events('orderEnded')).toMatchObject([{ outcome: answered('extPdid') }]);
    }
  });
  it('060-04-01, 070-05-01 to 070-05-17: asks CAP and understands every function, and skips those it does not know', () => {
    const said = Array.from({ length: 30 }, (_, at) => ({ function: at, level: at + 1, number: at + 2 }));
    const hex = said.map(({ function: code, level, number }) => hexOf(Uint8Array.of(code, level, number))).join('');
    orders({ name: 'cap', payload: { form: 0 } }, '62 00', `46 ${hex}`, answered('pdcap', said));
    const pd = new ScriptedPd(1);
    pd.capabilities = hex;
    const rig = new AcuRig().add({ address: 1, pairing: { kind: 'clear' } }, pd).run(100);
    const [event] = rig.events('online');
    const capabilities = event?.kind === 'online' ? (event.capabilities ?? {}) : {};
    expect(Object.values(capabilities).map(({ level }) => level)).toEqual(Array.from({ length: 17 }, (_, at) => at + 2));
  });
  it('070-04-02: goes on without the identity when PDID cannot be read', () => {
    for (const said of ['45 0c1b2a 28 0b 11223344 01 02', '45', '45 0c1b2a 28 0b 11223344 01 02 03 04']) {
      const pd = new ScriptedPd(1, scbk);
      pd.script = ({ code }) => (code === commands.id.code ? saidOf(said) : undefined);
      const rig = new AcuRig().add({ address: 1, pairing: { kind: 'paired', scbk } }, pd).run(300);
      expect(rig.events()).toMatchObject([{ kind: 'online', isSecure: true, identity: undefined }]);
    }
  });
});

describe('SIA OSDP Verified, ACU: outputs', () => {
  it('060-09-01: sends OUT, and takes OSTATR or ACK for it', () => {
    const out = { name: 'out', payload: [{ output: 1, action: 'temporaryOn', timerMs: 500 }] } as const;
    orders(out, '68 01 05 0500', '4a 00 01', answered('ostatr', [0, 1]));
    orders(out, '68 01 05 0500', '40', answered('ack'));
  });
  it('060-10-01 to 060-10-09: sends LED with each of the eight colours', () => {
    for (const [color, number] of Object.entries(colors) as [keyof typeof colors, number][])
      orders(ledOf(color), `69 00 00 00 00 00 00 00 0000 01 01 00 0${number} 00`, '40', answered('ack'));
  });
  it('060-11-01: sends BUZ', () =>
    orders({ name: 'buz', payload: { reader: 0, tone: 'default', onMs: 200, offMs: 100, count: 3 } }, '6a 00 02 02 01 03', '40', answered('ack')));
  it('060-12-01: sends TEXT', () =>
    orders(
      { name: 'text', payload: { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: 'Hi' } },
      '6b 00 01 00 01 01 02 4869',
      '40',
      answered('ack'),
    ));
});

describe('SIA OSDP Verified, ACU: settings and what is rarer', () => {
  it('060-13-01, 070-13-01: sends COMSET, and takes COM with other values for a refusal', () => {
    const comset = { name: 'comset', payload: { address: 5, baudRate: 38_400 } } as const;
    orders(comset, '6e 05 00960000', '54 01 80250000', answered('com', { address: 1, baudRate: 9_600 }));
  });
  it('060-14-01, 070-14-01: sends BIOREAD and understands BIOREADR', () =>
    orders(
      { name: 'bioread', payload: { reader: 0, type: 7, format: 2, quality: 80 } },
      '73 00 07 02 50',
      '57 00 00 07 50 0200 a1b2',
      answered('bioreadr', { reader: 0, status: 0, type: 7, quality: 80, template: bytesOf('a1b2') }),
    ));
  it('060-15-01, 070-15-01: sends BIOMATCH and understands BIOMATCHR', () =>
    orders(
      { name: 'biomatch', payload: { reader: 0, type: 7, format: 2, quality: 80, template: bytesOf('a1b2') } },
      '74 00 07 02 50 0200 a1b2',
      '58 00 00 ff',
      answered('biomatchr', { reader: 0, status: 0, score: 255 }),
    ));
  it('060-19-01, 070-18-01, 070-23-01, 070-24-01: sends MFG, and takes ACK, MFGREP, MFGSTATR and MFGERRR for it', () => {
    const mfg = { name: 'mfg', payload: { oui: 0x030201, data: bytesOf('aabb') } } as const;
    orders(mfg, '80 010203 aabb', '40', answered('ack'));
    orders(mfg, '80 010203 aabb', '90 010203 09', answered('mfgrep', { oui: 0x030201, data: bytesOf('09') }));
    orders(mfg, '80 010203 aabb', '83 0708', answered('mfgstatr', { data: bytesOf('0708') }));
    orders(mfg, '80 010203 aabb', '84 06', answered('mfgerrr', { data: bytesOf('06') }));
    hears('90 010203 09', 'mfgrep', { oui: 0x030201 });
  });
  it('060-21-01: sends KEEPACTIVE', () => orders({ name: 'keepactive', payload: { forMs: 1_000 } }, 'a7 e803', '40', answered('ack')));
  it('060-22-01: sends ABORT', () => orders({ name: 'abort', payload: undefined }, 'a2', '40', answered('ack')));
  it('060-23-01, 070-20-01: sends PIVDATA and understands PIVDATAR', () =>
    orders(
      { name: 'pivdata', payload: { objectId: bytesOf('5fc102'), element: 1, offset: 0 } },
      'a3 5fc102 01 00',
      '80 0200 0000 0200 aabb',
      answered('pivdatar', { totalBytes: 2, offset: 0, uncountedBytes: 0, data: bytesOf('aabb') }),
    ));
  it.each([
    ['genauth', '060-24-01, 060-24-02, 070-21-01: GENAUTH', 'a4', '81'],
    ['crauth', '060-25-01, 060-25-02, 070-22-01: CRAUTH', 'a5', '82'],
  ] as const)('right behind a RAW sends %s', (name, _, command, reply) => {
    for (const pairing of pairings) {
      const { pd, rig } = online(pairing);
      pd.script = ({ code }) => (code === commands[name].code ? saidOf(`${reply} 0200 0000 0200 aabb`) : undefined);
      pd.reports.push(saidOf('50 00 00 0800 5a'));
      while (rig.events('report').length === 0) rig.run(1);
      rig.line.order(1, { name, payload: authentication }, rig.nowMs);
      rig.run(300);
      const card = pd.heard.findIndex(({ code }) => code === commands.poll.code);
      const next = pd.heard[card + 1];
      expect(hexOf(Uint8Array.of(next?.code ?? 0, ...(next?.data ?? [])))).toBe(plain(`${command} 0400 0000 0400 0703 aabbccdd`));
      expect(rig.events('orderEnded')).toMatchObject([{ outcome: answered(`${name}r`) }]);
    }
  });
  it('060-27-01, 070-26-01: sends XWR and understands XRD', () =>
    orders(
      { name: 'xwr', payload: { mode: 0, command: 1, data: bytesOf('') } },
      'a1 00 01',
      'b1 00 01 01 00',
      answered('xrd', { mode: 0, reply: 1 }),
    ));
});

describe('SIA OSDP Verified, ACU: cards and keys', () => {
  const card = (bitCount: number, bits: string, format: 'wiegand' | 'unspecified' = 'unspecified') => ({
    reader: 0,
    format,
    card: { bitCount, bits: bytesOf(bits) },
  });

  it('070-10-01, 070-10-02, 070-10-03: hears a card of 26 bits, as Wiegand with parity or as it was read', () => {
    hears('50 00 01 1a00 8048d140', 'raw', card(26, '8048d140', 'wiegand'));
    hears('50 00 00 1a00 8048d140', 'raw', card(26, '8048d140'));
  });
  it('070-10-04, 070-10-05, 070-10-06: hears a FASC-N of 200, 128 and 75 bits', () => {
    const bits = 'd1a5c3e7'.repeat(8);
    hears(`50 00 00 c800 ${bits.slice(0, 50)}`, 'raw', card(200, bits.slice(0, 50)));
    hears(`50 00 00 8000 ${bits.slice(0, 32)}`, 'raw', card(128, bits.slice(0, 32)));
    hears('50 00 00 4b00 d1a5c3e7d1a5c3e7d1bf', 'raw', card(75, 'd1a5c3e7d1a5c3e7d1a0'));
  });
  it('070-11-01: hears the withdrawn FMT of an older reader', () => hears('51 00 01 04 30343137', 'fmt', { direction: 'reverse', text: '0417' }));
  it('070-12-01: hears keys, one by one or together', () => {
    hears('53 00 01 31', 'keypad', { reader: 0, keys: bytesOf('31') });
    hears('53 00 05 31323334 0d', 'keypad', { reader: 0, keys: bytesOf('313233340d') });
  });
});

describe('SIA OSDP Verified, ACU: refusals', () => {
  it('070-03-01 to 070-03-13: takes NAK with any code, and with data, for the end of the order', () => {
    for (let code = 0; code < 256; code += 1) {
      // 1 asks for the same again, 4 for a restart, 6 for a session.
      if ([1, 4, 6].includes(code)) continue;
      orders({ name: 'lstat', payload: undefined }, '64', hexOf(Uint8Array.of(0x41, code)), { kind: 'refused', code });
    }
    orders({ name: 'lstat', payload: undefined }, '64', '41', { kind: 'refused', code: 0 });
    orders({ name: 'lstat', payload: undefined }, '64', '41 09 64 07', { kind: 'refused', code: 9, data: { 0: 0x64, 1: 7, length: 2 } });
  });
  it('a POLL that is refused is one report, and polling goes on', () => {
    for (const pairing of pairings) {
      const { pd, rig } = online(pairing);
      pd.reports.push(nak(3), ack);
      rig.run(500);
      expect(rig.events('report')).toMatchObject([{ reply: { name: 'nak', payload: { code: 3 } } }]);
      expect(pd.heard.length).toBeGreaterThan(5);
    }
  });
});
