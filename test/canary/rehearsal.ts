/**
 * A day at a simulated door in which every digit is a canary: each mode, each outcome, faults at whatever is asked, with
 * everything that leaves the reader caught. Which of it is a leak is the scanner's to say.
 */
import { createActor } from 'xstate';
import { Door, type DoorSetup } from '../../sim/door.ts';
import { bitsOfCard } from '../../sim/people.ts';
import { Random } from '../../sim/random.ts';
import { type Mode, modes } from '../../src/access/mode.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { KeyChange, Keypad } from '../../src/ports/keypad.ts';
import type { ReaderPorts } from '../../src/reader.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { Net } from './net.ts';
import type { Secret } from './scan.ts';

const crypto = new NodeCrypto();

/** A number of this many digits that nothing else in a run is likely to hold. */
export const canaryDigits = (random: Random, length = 8): string => Array.from({ length }, () => random.int(10)).join('');

export const simulatedCanaries = (seed: number) => {
  const random = new Random(seed).fork('canaries');
  const digits = (length = 8): string => canaryDigits(random, length);
  const pins = {
    right: digits(),
    duress: digits(),
    other: digits(),
    wrong: digits(),
    late: digits(),
    withoutCard: digits(),
    guess: digits(),
    /** Seven, so that they wait for a #. */
    abandoned: digits(7),
    paused: digits(7),
  };
  const cards = { typed: digits(10), unknownBits: [...random.bytes(8)].map((byte) => byte.toString(2).padStart(8, '0')).join('') };
  return { pins, cards };
};
export type SimulatedCanaries = ReturnType<typeof simulatedCanaries>;

const bytesOfBits = (bits: string): Uint8Array => Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));

export const secretsOf = ({ pins, cards }: SimulatedCanaries): readonly Secret[] => [
  ...Object.entries(pins).map(([name, digits]) => ({ name: `PIN ${name}`, digits })),
  { name: 'card typed', digits: cards.typed },
  { name: 'card of unknown bits', bytes: bytesOfBits(cards.unknownBits) },
  { name: 'card of ada', bytes: bytesOfBits(bitsOfCard(crypto, 'of ada')) },
];

/** A planted fault: told each PIN as it was typed, before the reader hears its end. */
export type Leak = (digits: string, ports: ReaderPorts, net: Net) => void;

export interface Rehearsal {
  readonly canaries: SimulatedCanaries;
  readonly net: Net;
  /** Of what is asked: `table.find`, `records.commit`, … */
  readonly failing?: string;
  readonly leak?: Leak;
}

/** One door in this mode, from its opening to its end. */
export const rehearse = async (mode: Mode, { canaries, net, failing = '', leak }: Rehearsal): Promise<void> => {
  const { pins, cards } = canaries;
  const faults = { failing: '' };
  const door = await Door.open({ ...setupOf(mode, canaries), between: (ports) => between(ports, net, faults, leak) });
  faults.failing = failing;
  await door.type(`${pins.right}`);
  await door.wait(6_000);
  await door.type(`${pins.duress}`);
  await door.wait(6_000);
  await door.swipe('of ada');
  await door.type(`${pins.abandoned}*`);
  await door.type(pins.wrong);
  await door.wait(1_000);
  await door.type(pins.paused);
  await door.wait(12_000);
  await door.type(pins.late);
  await door.wait(20_000);
  door.cardReader.presentText(cards.typed);
  door.cardReader.presentBits(cards.unknownBits);
  await door.type(pins.withoutCard);
  for (let wrong = 0; wrong < 7; wrong += 1) {
    await door.type(pins.guess);
    await door.wait(1_000);
  }
  await door.burst(`${pins.other}${pins.right}#`);
  await door.wait(70_000);
  net.add('story', door.story());
  faults.failing = '';
  for (const event of await door.events()) net.add('events', event);
  for (const happened of door.happened.entries) net.add('happened', happened);
  for (const row of door.records.rows('event')) net.add('journal', row.value);
  net.add('reader', door.reader);
  net.add('states', door.reader.states);
  await door.reader.stop();
};

export const rehearseAll = async (rehearsal: Rehearsal): Promise<void> => {
  for (const mode of modes) await rehearse(mode, rehearsal);
};

const setupOf = (mode: Mode, { pins }: SimulatedCanaries): DoorSetup => ({
  mode,
  policy: { duress: true },
  hasController: false,
  people: [
    { name: 'ada', pin: pins.right, duressPin: pins.duress, cards: ['of ada'] },
    { name: 'bo', pin: pins.other, validUntil: '2020-01-01T00:00:00Z' },
  ],
});

/** Catches all that goes to a port but what has to hear the digits: the keypad, the card head, and what makes tags of them. */
const between = (ports: ReaderPorts, net: Net, faults: { readonly failing: string }, leak: Leak | undefined): ReaderPorts => {
  const fail = (place: string) => (call: string, values: readonly unknown[]) => {
    // With all it was asked in its words: a careless driver's error.
    if (faults.failing === `${place}.${call}`) throw new Fault('hardware.failed', `planted: ${values.map(String).join()}`, { values });
  };
  const caught = <Part extends object>(place: string, part: Part): Part => net.around(place, part, fail(place));
  const heard: ReaderPorts = {
    ...ports,
    clock: caught('clock', ports.clock),
    lights: caught('lights', ports.lights),
    buzzer: caught('buzzer', ports.buzzer),
    strike: async_(caught('strike', ports.strike)),
    records: async_(caught('records', ports.records)),
    table: async_(caught('table', ports.table)),
    crypto: new Proxy(ports.crypto, {
      get: (target, name) => {
        const method = Reflect.get(target, name, target) as (...values: readonly unknown[]) => unknown;
        return (...values: readonly unknown[]) => {
          fail('crypto')(String(name), values);
          return Reflect.apply(method, target, values);
        };
      },
    }),
  };
  return leak === undefined || ports.keypad === undefined
    ? heard
    : { ...heard, keypad: overheard(ports.keypad, (digits) => leak(digits, heard, net)) };
};

/** A port whose calls reject where they would throw. */
const async_ = <Part extends object>(part: Part): Part =>
  new Proxy(part, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function' || name === 'state' || name === 'staged') return method;
      return async (...values: readonly unknown[]): Promise<unknown> => Reflect.apply(method, target, values) as unknown;
    },
  });

const overheard = (keypad: Keypad, listen: (digits: string) => void): Keypad => ({
  listen: (listener) => {
    let digits = '';
    return keypad.listen({
      attached: (isAttached) => listener.attached(isAttached),
      changed: (change: KeyChange) => {
        if (change.action === 'pressed') digits = change.key === '#' || change.key === '*' ? '' : digits + change.key;
        if (digits.length === 8) {
          listen(digits);
          digits = '';
        }
        listener.changed(change);
      },
    });
  },
});

/** The rules' own machine with a PIN in it, typed and while it is decided, as a debugger or a saved state would show it. */
export const showMachine = (net: Net, { pins }: SimulatedCanaries): void => {
  const actor = createActor(readerMachine, { input: { policy: defaultPolicy, mode: 'pinOnly', lockoutMs: 0 } });
  actor.start();
  const show = (): void => {
    for (const seen of [actor, actor.getSnapshot(), actor.getPersistedSnapshot()]) net.add('machine', seen);
  };
  for (const [atMs, digit] of [...pins.abandoned].entries()) actor.send({ type: 'key.digit', digit: digit as '0', atMs });
  show();
  actor.send({ type: 'key.hash', atMs: 10 });
  show();
  actor.stop();
};
