/**
 * What a message on the line holds, in words. Of a card two digits are shown, of a PIN none, unless somebody asks for them; keys are shown to
 * nobody; of what else may hold any of these, only the size is told. Which frames there are is listen-line.ts's.
 */
import { Card } from '../access/card.ts';
import { doorpadOui, readLinkCommand, readLinkReply } from '../link/messages.ts';
import { capabilitiesFrom } from '../osdp/capabilities.ts';
import { type Command, commandNameOf, decodeCommand } from '../osdp/commands.ts';
import type { Frame } from '../osdp/frame.ts';
import { lineKeyOf } from '../osdp/keypad-codes.ts';
import { nakReasonOf } from '../osdp/nak.ts';
import { decodeReply, type Reply, replyNameOf } from '../osdp/replies.ts';
import { Masked } from '../shared/masked.ts';
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
  if (!message.ok) return { name: nameOf(isReply, code), detail: `${bytesText(data.length)}, not readable: ${spaced(message.failure)}` };
  const { value } = message;
  return { name: value.name, detail: detailOf(value, isRevealed) };
};

/** Of a message of a session whose data cannot be read; its code goes in clear. `why`: what to do about it, or nothing. */
export const unreadWordsOf = ({ isReply, code, data, bytes }: Frame, why: string): Words => ({
  name: nameOf(isReply, code),
  detail: data.length === 0 ? '' : `a secured ${isReply ? 'reply' : 'command'}, ${bytesText(bytes.length)}${why === '' ? '' : `; ${why}`}`,
});

const nameOf = (isReply: boolean, code: number): string =>
  (isReply ? replyNameOf(code) : commandNameOf(code)) ?? `0x${code.toString(16).padStart(2, '0')}`;

const bytesText = (count: number): string => (count === 1 ? '1 byte' : `${count} bytes`);

const detailOf = (message: Command | Reply, isRevealed: boolean): string => {
  const { name, payload } = message;
  if (payload === undefined) return '';
  switch (name) {
    case 'pdid':
      return identityText(message.payload);
    case 'pdcap':
      return shown(capabilitiesFrom(message.payload));
    case 'nak': {
      const reason = nakReasonOf(message.payload.code);
      return reason === undefined ? `code ${message.payload.code}` : spaced(reason);
    }
    case 'mfg':
    case 'mfgrep':
      return privateText(message);
    case 'filetransfer': {
      const { type, totalBytes, offset, fragmentBytes } = message.payload;
      return `type ${type}, ${bytesText(fragmentBytes)} at ${offset} of ${totalBytes}`;
    }
    case 'keypad':
      return isRevealed ? [...message.payload.keys].map(keyText).join('') : keysText(message.payload.keys.length);
    case 'raw': {
      const { bits, bitCount } = message.payload.card;
      return `a card of ${bitCount === 1 ? '1 bit' : `${bitCount} bits`}${isRevealed ? `, ${bitsText(bits, bitCount)}` : tailText(new Card('bits', bits, bitCount))}`;
    }
    case 'fmt': {
      const { text } = message.payload;
      const card = new Card('text', new TextEncoder().encode(text), text.length);
      return `a card of ${charactersText(text.length)}${isRevealed ? `, ${text}` : tailText(card)}`;
    }
    case 'text':
      return isRevealed ? shown(payload) : charactersText(message.payload.text.length);
    default:
      return isRevealed || plain.has(name) ? shown(payload) : '';
  }
};

const charactersText = (count: number): string => (count === 1 ? '1 character' : `${count} characters`);
const keysText = (count: number): string => (count === 1 ? '1 key' : `${count} keys`);
const tailText = ({ length, tail }: Card): string => (length < leastMaskedLength ? '' : `, …${tail}`);

/** Two digits of anything shorter would be most of it. */
const leastMaskedLength = 8;

/** A key that is no digit, * or # stands in brackets. */
const keyText = (byte: number): string => {
  const key = lineKeyOf(byte) ?? `0x${byte.toString(16).padStart(2, '0')}`;
  return key.length === 1 ? key : `[${key}]`;
};

/** As a people file has it: `26:0x2A3B4C5`. */
const bitsText = (bits: Uint8Array, count: number): string => {
  const filled = BigInt(`0x0${Buffer.from(bits).toString('hex')}`);
  return `${count}:0x${(filled >> BigInt(bits.length * 8 - count)).toString(16).toUpperCase()}`;
};

/** Private messages: ours by name, others by maker. */
const privateText = (message: Extract<Command | Reply, { readonly name: 'mfg' | 'mfgrep' }>): string => {
  const { oui, data } = message.payload;
  if (oui !== doorpadOui) return `${makerText(oui)}, ${bytesText(data.length)}`;
  const inner = message.name === 'mfg' ? readLinkCommand(data) : readLinkReply(data);
  return inner.ok ? `doorpad ${spaced(inner.value.name)}, ${bytesText(data.length)}` : `doorpad, ${bytesText(data.length)}, not readable`;
};

/** `wrongSequence` as people write it. */
const spaced = (name: string): string => name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A payload in words: bytes as hexadecimal digits, what is not so left out. A key says that it is one, and no more. */
const shown = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(shown).join(value.some((item) => typeof item === 'object') ? '; ' : ', ');
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? spaced(value) : String(value);
  if (value instanceof Masked) return value.toString();
  return Object.entries(value)
    .flatMap(([name, field]) => fieldText(name, field))
    .join(', ');
};

const fieldText = (name: string, field: unknown): readonly string[] => {
  if (typeof field === 'boolean') return field ? [spaced(name)] : [];
  if (typeof field === 'number' && name.endsWith('Ms')) return [`${spaced(name.slice(0, -2))} ${field} ms`];
  if (typeof field === 'string' && name === 'text') return [`text ${JSON.stringify(field)}`];
  const text = shown(field);
  if (text === '') return [];
  const isNested = typeof field === 'object' && !Array.isArray(field) && !(field instanceof Uint8Array) && !(field instanceof Masked);
  return [`${spaced(name)} ${isNested ? `(${text})` : text}`];
};
