/** Payloads of every command and reply: what they are in facts and on the wire, and which other lengths are a payload too. */
import type { CommandName, CommandPayload } from '../../src/osdp/commands.ts';
import type { ReplyName, ReplyPayload } from '../../src/osdp/replies.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from './bytes.ts';

export interface Sample<Payload> {
  readonly payload: Payload;
  readonly hex: string;
  /** Lengths at which the beginning of these bytes, or they with zeros behind them, may be read as well. */
  readonly alsoAt?: (length: number) => boolean;
}

const anyLength = (least: number) => (length: number) => length >= least;
const multiples =
  (of: number, least = 0) =>
  (length: number) =>
    length % of === 0 && length >= least;

const blinkHex = '02 05 01 02 00';
const ledPayload = {
  reader: 0,
  led: 1,
  temporaryAction: 'set',
  temporary: { onMs: 500, offMs: 100, onColor: 'green', offColor: 'black', timerMs: 30_000 },
  permanentAction: 'set',
  permanent: { onMs: 100, offMs: 0, onColor: 'white', offColor: 'red' },
} as const;
const ledHex = `00 01 ${blinkHex} 2c01 01 01 00 07 01`;
const part = { totalBytes: 300, offset: 296, uncountedBytes: 0, data: bytesOf('01020304') };
const partHex = '2c01 2801 0400 01020304';
const authentication = { totalBytes: 4, offset: 0, uncountedBytes: 2, data: bytesOf('0703 aabbccdd') };
const authenticationHex = '0400 0000 0400 0703 aabbccdd';

export const commandSamples: { readonly [Name in CommandName]: Sample<CommandPayload<Name>> } = {
  poll: { payload: undefined, hex: '' },
  id: { payload: { form: 'extended' }, hex: '01', alsoAt: (length) => length === 0 },
  cap: { payload: { form: 0 }, hex: '00', alsoAt: (length) => length === 0 },
  lstat: { payload: undefined, hex: '' },
  istat: { payload: undefined, hex: '' },
  ostat: { payload: undefined, hex: '' },
  rstat: { payload: undefined, hex: '' },
  out: {
    payload: [
      { output: 0, action: 'permanentOn', timerMs: 0 },
      { output: 1, action: 'temporaryOn', timerMs: 30_000 },
    ],
    hex: '00 02 0000 01 05 2c01',
    alsoAt: multiples(4, 4),
  },
  led: { payload: [ledPayload, ledPayload], hex: ledHex + ledHex, alsoAt: multiples(14, 14) },
  buz: { payload: { reader: 1, tone: 'default', onMs: 200, offMs: 25_500, count: 3 }, hex: '01 02 02 ff 03' },
  text: {
    payload: { reader: 0, form: 'temporaryWrapped', temporaryS: 9, row: 1, column: 16, text: 'Open ~' },
    hex: '00 04 09 01 10 06 4f70656e207e',
  },
  comset: { payload: { address: 5, baudRate: 115_200 }, hex: '05 00c20100' },
  bioread: { payload: { reader: 0, type: 7, format: 2, quality: 80 }, hex: '00 07 02 50' },
  biomatch: { payload: { reader: 0, type: 7, format: 2, quality: 80, template: bytesOf('a1b2c3') }, hex: '00 07 02 50 0300 a1b2c3' },
  keyset: { payload: { scbk: new SecretBytes(bytesOf('7a21c90e5b13f4d8068c3be792a540df')) }, hex: '01 10 7a21c90e5b13f4d8068c3be792a540df' },
  chlng: { payload: { rndA: bytesOf('846cf431ac09e6a1') }, hex: '846cf431ac09e6a1' },
  scrypt: { payload: { serverCryptogram: bytesOf('ed8bdf61d93d8fd93a5be734e5784653') }, hex: 'ed8bdf61d93d8fd93a5be734e5784653' },
  acurxsize: { payload: { maxReplyBytes: 1440 }, hex: 'a005' },
  filetransfer: {
    payload: { type: 128, totalBytes: 0x01020304, offset: 0xfffffffe, fragmentBytes: 3, data: bytesOf('aabbcc') },
    hex: '80 04030201 feffffff 0300 aabbcc',
    alsoAt: anyLength(11),
  },
  mfg: { payload: { oui: 0x2a1b0c, data: bytesOf('0102') }, hex: '0c1b2a 0102', alsoAt: anyLength(3) },
  xwr: { payload: { mode: 1, command: 4, data: bytesOf('00') }, hex: '01 04 00', alsoAt: anyLength(2) },
  abort: { payload: undefined, hex: '' },
  pivdata: { payload: { objectId: bytesOf('5fc102'), element: 1, offset: 0x0201 }, hex: '5fc102 01 0102', alsoAt: (length) => length === 5 },
  genauth: { payload: authentication, hex: authenticationHex, alsoAt: (length) => length === 10 },
  crauth: { payload: authentication, hex: authenticationHex, alsoAt: (length) => length === 10 },
  keepactive: { payload: { forMs: 1000 }, hex: 'e803' },
};

export const replySamples: { readonly [Name in ReplyName]: Sample<ReplyPayload<Name>> } = {
  ack: { payload: undefined, hex: '' },
  nak: { payload: { code: 3, data: bytesOf('9f') }, hex: '03 9f', alsoAt: anyLength(1) },
  pdid: {
    payload: { oui: 0x2a1b0c, model: 40, version: 11, serial: 0x44332211, firmware: { major: 1, minor: 2, build: 3 } },
    hex: '0c1b2a 28 0b 11223344 01 02 03',
  },
  pdcap: {
    payload: [
      { function: 1, level: 1, number: 2 },
      { function: 200, level: 3, number: 4 },
    ],
    hex: '010102 c80304',
    alsoAt: multiples(3),
  },
  lstatr: { payload: { tamper: 'tampered', power: 'normal' }, hex: '01 00' },
  istatr: { payload: [0, 1, 5], hex: '00 01 05', alsoAt: anyLength(0) },
  ostatr: { payload: [1], hex: '01', alsoAt: anyLength(0) },
  rstatr: { payload: [2, 0], hex: '02 00', alsoAt: anyLength(0) },
  raw: { payload: { reader: 0, format: 'wiegand', card: { bitCount: 26, bits: bytesOf('8048d140') } }, hex: '00 01 1a00 8048d140' },
  fmt: { payload: { reader: 0, direction: 'reverse', text: '0417' }, hex: '00 01 04 30343137' },
  keypad: { payload: { reader: 0, keys: bytesOf('3132333435 0d') }, hex: '00 06 3132333435 0d' },
  com: { payload: { address: 5, baudRate: 9600 }, hex: '05 80250000' },
  bioreadr: { payload: { reader: 0, status: 0xff, type: 7, quality: 80, template: bytesOf('a1') }, hex: '00 ff 07 50 0100 a1' },
  biomatchr: { payload: { reader: 0, status: 0, score: 255 }, hex: '00 00 ff' },
  extPdid: { payload: part, hex: partHex },
  ccrypt: {
    payload: {
      cuid: bytesOf('0c1b280011223344'),
      rndB: bytesOf('19bcc2ec4d389780'),
      clientCryptogram: bytesOf('c8f25aec89a25036d3f9fa880d7d39be'),
    },
    hex: '0c1b280011223344 19bcc2ec4d389780 c8f25aec89a25036d3f9fa880d7d39be',
  },
  rmacI: { payload: { initialMac: bytesOf('583ae2349ace42543a59d8c5bcd14349') }, hex: '583ae2349ace42543a59d8c5bcd14349' },
  busy: { payload: undefined, hex: '' },
  ftstat: {
    payload: { action: { mayInterleave: true, leaveSecureChannel: false, pollWaiting: true }, delayMs: 500, status: -3, maxMessageBytes: 1440 },
    hex: '05 f401 fdff a005',
  },
  pivdatar: { payload: part, hex: partHex },
  genauthr: { payload: part, hex: partHex },
  crauthr: { payload: part, hex: partHex },
  mfgstatr: { payload: { data: bytesOf('00ff') }, hex: '00ff', alsoAt: anyLength(0) },
  mfgerrr: { payload: { data: bytesOf('01') }, hex: '01', alsoAt: anyLength(0) },
  mfgrep: { payload: { oui: 0x2a1b0c, data: bytesOf('01') }, hex: '0c1b2a 01', alsoAt: anyLength(3) },
  xrd: { payload: { mode: 0, reply: 1, data: bytesOf('0101') }, hex: '00 01 0101', alsoAt: anyLength(2) },
};
