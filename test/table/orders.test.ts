/** Orders: every kind comes back as it was given, and only once, in time, from the authority. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modes } from '../../src/access/mode.ts';
import { headerBytes } from '../../src/table/header.ts';
import { maxOrderBytes, type Order, type OrderMoment, orderModes, readOrder } from '../../src/table/orders.ts';
import { publishOrder } from '../../src/table/publish.ts';
import { maxSeconds } from '../../src/table/record.ts';
import { crypto, failureOf, publisher, taken, trust, withBody } from './site.ts';

const now: OrderMoment = { lastNumber: 0, nowS: 1_000, isTimeTrusted: true };
const waitingSettings = new Uint8Array(32).fill(0x5e);
const read = (file: Uint8Array, moment: Partial<OrderMoment> = {}) => readOrder(crypto, trust, { ...now, ...moment }, file);
const release = publishOrder(publisher, 5, 1_060, { kind: 'release' });

describe('an order', () => {
  const anyOrder: fc.Arbitrary<Order> = fc.oneof(
    fc.constantFrom(...orderModes).map((mode) => ({ kind: 'setMode', mode }) as const),
    fc.constantFrom<Order>({ kind: 'release' }, { kind: 'enrol' }),
    fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((wallMs) => ({ kind: 'setClock', wallMs }) as const),
    fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { nil: undefined }).map((person) => ({ kind: 'clearLockout', person }) as const),
    fc.constant({ kind: 'acceptSettings', settingsHash: waitingSettings } as const),
    fc.boolean().map((isHandedOver) => ({ kind: 'handOverToPanel', isHandedOver }) as const),
  );

  it('comes back as it was given, with its number and expiry', () => {
    fc.assert(
      fc.property(anyOrder, fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.integer({ min: 1_001, max: maxSeconds }), (order, number, expiresS) => {
        const file = publishOrder(publisher, number, expiresS, order);
        expect(file.length).toBeLessThanOrEqual(maxOrderBytes);
        expect(taken(read(file, { waitingSettings }))).toEqual({ number, expiresS, order });
      }),
      { numRuns: 300 },
    );
  });

  it('knows the modes of a door, all of them and no other', () => {
    expect(orderModes).toEqual(modes);
  });

  it('is obeyed to the second before it expires', () => {
    expect(read(release, { nowS: 1_059 }).ok).toBe(true);
    expect(failureOf(read(release, { nowS: 1_060 }))).toBe('expired');
  });

  it('is obeyed once: its number and all before it are used up', () => {
    expect(read(release, { lastNumber: 4 }).ok).toBe(true);
    for (const lastNumber of [5, 6]) expect(failureOf(read(release, { lastNumber }))).toBe('staleNumber');
  });

  it('other than the one that sets the clock needs a clock to be trusted', () => {
    expect(failureOf(read(release, { isTimeTrusted: false }))).toBe('timeUntrusted');
    const setClock = publishOrder(publisher, 5, 1_060, { kind: 'setClock', wallMs: 1 });
    expect(read(setClock, { isTimeTrusted: false }).ok).toBe(true);
    expect(failureOf(read(setClock, { isTimeTrusted: false, nowS: 1_060 }))).toBe('expired');
  });

  it('accepts the settings that wait, and no others', () => {
    const accept = (settingsHash: Uint8Array) => publishOrder(publisher, 5, 1_060, { kind: 'acceptSettings', settingsHash });
    expect(taken(read(accept(waitingSettings), { waitingSettings })).order).toEqual({ kind: 'acceptSettings', settingsHash: waitingSettings });
    for (let at = 0; at < waitingSettings.length; at += 1) {
      const other = waitingSettings.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(failureOf(read(accept(other), { waitingSettings }))).toBe('notWaiting');
    }
    expect(failureOf(read(accept(waitingSettings)))).toBe('notWaiting');
    expect(failureOf(read(accept(waitingSettings), { waitingSettings, lastNumber: 5 }))).toBe('staleNumber');
    expect(failureOf(read(accept(waitingSettings), { waitingSettings, isTimeTrusted: false }))).toBe('timeUntrusted');
  });

  const withBytes = (...bytes: number[]): Uint8Array => withBody(release, Uint8Array.from(bytes));
  it.each<[string, Uint8Array, string]>([
    ['no body', withBytes(), 'malformed'],
    ['a code this reader does not know', withBytes(99), 'unknownOrder'],
    ['code 0', withBytes(0), 'unknownOrder'],
    ['a byte too many', withBytes(2, 0), 'malformed'],
    ['a byte too few', withBytes(1), 'malformed'],
    ['mode 0', withBytes(1, 0), 'malformed'],
    ['mode 7', withBytes(1, 7), 'malformed'],
    ['half a hand-over', withBytes(5, 2), 'malformed'],
    ['half a hash', withBytes(7, ...new Uint8Array(31)), 'malformed'],
  ])('with %s is refused', (_, file, refusal) => {
    expect(failureOf(read(file))).toBe(refusal);
  });

  it('is, byte for byte, what the page says', () => {
    const body = (order: Order): string => Buffer.from(publishOrder(publisher, 1, 1, order).subarray(headerBytes)).toString('hex');
    expect(body({ kind: 'setMode', mode: 'locked' })).toBe('0106');
    expect(body({ kind: 'release' })).toBe('02');
    expect(body({ kind: 'setClock', wallMs: 0x0102_0304_0506 })).toBe('03010203040506');
    expect(body({ kind: 'clearLockout', person: undefined })).toBe('0400000000');
    expect(body({ kind: 'clearLockout', person: 258 })).toBe('0400000102');
    expect(body({ kind: 'handOverToPanel', isHandedOver: true })).toBe('0501');
    expect(body({ kind: 'handOverToPanel', isHandedOver: false })).toBe('0500');
    expect(body({ kind: 'enrol' })).toBe('06');
    expect(body({ kind: 'acceptSettings', settingsHash: waitingSettings })).toBe(`07${'5e'.repeat(32)}`);
  });
});
