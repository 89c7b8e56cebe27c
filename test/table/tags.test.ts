/** Tags: which values share one, and that the keys beside the table key are others. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { cardTag, deriveTableKeys, pinTag } from '../../src/table/tags.ts';
import { crypto, publisher } from './site.ts';

const key = publisher.tableKey;
const tagOfPin = (digits: string): bigint => pinTag(crypto, key, Pin.from(digits) as Pin);
const bits = (length: number, ...value: number[]): bigint => cardTag(crypto, key, new Card('bits', Uint8Array.from(value), length));
const text = (value: string): bigint => cardTag(crypto, key, new Card('text', Buffer.from(value), value.length));

describe('tags', () => {
  it('are the first 8 bytes of the keyed hash over kind and digits, as one number', () => {
    const mac = createHmac('sha256', key.reveal()).update(Buffer.from('\x010417')).digest();
    expect(tagOfPin('0417')).toBe(mac.readBigUInt64BE());
  });

  it('take a leading zero for a digit', () => {
    expect(new Set([tagOfPin('0417'), tagOfPin('00417'), tagOfPin('4170'), tagOfPin('00000000'), tagOfPin('0000')]).size).toBe(5);
  });

  it('tell cards apart by length, by form, and from PINs', () => {
    const tags = [
      bits(26, 1, 2, 3, 0),
      bits(32, 1, 2, 3, 0),
      bits(24, 1, 2, 3),
      text('0417'),
      bits(32, 0x30, 0x34, 0x31, 0x37),
      tagOfPin('0417'),
      bits(0),
      bits(257, 1),
    ];
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('are the same for the same card read twice, and differ between readers', () => {
    expect(bits(26, 1, 2, 3, 0)).toBe(bits(26, 1, 2, 3, 0));
    expect(pinTag(crypto, new SecretBytes(new Uint8Array(32)), Pin.from('0417') as Pin)).not.toBe(tagOfPin('0417'));
  });

  it('use the table key for nothing else: the other keys are derived from it and differ', () => {
    const { integrity, seal } = deriveTableKeys(crypto, key);
    const all = [key, integrity, seal].map((each) => Buffer.from(each.reveal()).toString('hex'));
    expect(new Set(all).size).toBe(3);
    expect(all[1]).toBe(createHmac('sha256', key.reveal()).update('doorpad/table/integrity').digest('hex'));
    expect(all[2]).toBe(createHmac('sha256', key.reveal()).update('doorpad/table/seal').digest('hex'));
  });
});
