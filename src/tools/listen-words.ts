/**
 * What a message on the line holds, in words. Digits and card numbers are shown only to who asks for them, keys to nobody; of what may hold
 * either, only the size is told. Which frames there are is listen-line.ts's.
 */
import { doorpadOui, readLinkCommand, readLinkReply } from '../link/messages.ts';
import { capabilitiesFrom } from '../osdp/capabilities.ts';
import { type Command, decodeCommand } from '../osdp/commands.ts';
import { nakReasonOf } from '../osdp/nak.ts';
import { decodeReply, type Reply } from '../osdp/replies.ts';
import { identityText, makerText } from './find-report.ts';

/** The name of a message, and what is in it; empty: nothing to tell. */
export interface Words {
  readonly name: string;
  readonly detail: string;
}

/** Nothing in these is anybody's secret. */
const plain: ReadonlySet<string> = new Set([
  'id',
  'cap',
  'out',
  'led',
  'buz',
  'comset',
  'acurxsize',
  'keepactive',
  'lstatr',
  'istatr',
  'ostatr',
  'rstatr',
  'com',
  'ftstat',
]);

/** `data`: in clear or decrypted. */
export const wordsOf = (isReply: boolean, code: number, data: Uint8Array, isRevealed: boolean): Words => {
  const message = isReply ? decodeReply(code, data) : decodeCommand(code, data);
  if (!message.ok) return { name: nameOf(code), detail: `${bytesText(data.length)}, not readable: ${message.failure}` };
  const { value } = message;
  return { name: value.name, detail: detailOf(value, isRevealed) };
};

/** Of a message whose data cannot be read. */
export const nameOf = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;

const bytesText = (count: number): string => (count === 1 ? '1 byte' : `${count} bytes`);

const detailOf = (message: Command | Reply, isRevealed: boolean): string => {
  const { name, payload } = message;
  if (payload === undefined) return '';
  switch (name) {
    case 'pdid':
      return identityText(message.payload);
    case 'pdcap':
      return shown(capabilitiesFrom(message.payload));
    case 'nak':
      return nakReasonOf(message.payload.code) ?? `code ${message.payload.code}`;
    case 'mfg':
    case 'mfgrep':
      return privateText(message);
    case 'filetransfer': {
      const { type, totalBytes, offset, fragmentBytes } = message.payload;
      return `type ${type}, ${bytesText(fragmentBytes)} at ${offset} of ${totalBytes}`;
    }
    default:
      return isRevealed || plain.has(name) ? shown(payload) : masked(message);
  }
};

const masked = (message: Command | Reply): string => {
  switch (message.name) {
    case 'keypad':
      return message.payload.keys.length === 1 ? '1 key' : `${message.payload.keys.length} keys`;
    case 'raw':
      return `a card of ${message.payload.card.bitCount} bits`;
    case 'fmt':
      return `a card of ${message.payload.text.length} characters`;
    case 'text':
      return `${message.payload.text.length} characters`;
    default:
      return '';
  }
};

/** Private messages: ours by name, others by maker. */
const privateText = (message: Extract<Command | Reply, { readonly name: 'mfg' | 'mfgrep' }>): string => {
  const { oui, data } = message.payload;
  if (oui !== doorpadOui) return `${makerText(oui)}, ${bytesText(data.length)}`;
  const inner = message.name === 'mfg' ? readLinkCommand(data) : readLinkReply(data);
  return inner.ok ? `doorpad ${inner.value.name}, ${bytesText(data.length)}` : `doorpad, ${bytesText(data.length)}, not readable`;
};

/** Bytes as hexadecimal digits. A key says that it is one, and no more. */
const shown = (payload: unknown): string =>
  JSON.stringify(payload, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
