/** What can happen at a door: a row each, with how often. Each row does its thing to the world; what must hold meanwhile is not its matter. */
import { type Mode, modes } from '../../src/access/mode.ts';
import type { Order } from '../../src/table/orders.ts';
import { floodDigit, nameOfCard, type Resident } from './residents.ts';
import type { World } from './world.ts';

export interface Step {
  readonly name: string;
  /** How often, against the other rows. */
  readonly weight: number;
  /** Done to a door without power as well. */
  readonly inTheDark?: boolean;
  readonly act: (world: World) => Promise<void> | void;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

const someone = ({ random, residents }: World): Resident => random.pick(residents.people);
const digits = ({ random }: World, least: number, most: number): string =>
  Array.from({ length: random.between(least, most) }, () => random.int(10)).join('');

/** Somebody's card; undefined: the one picked has none. */
const cardOf = ({ random }: World, { cards = [] }: Resident): string | undefined => (cards.length === 0 ? undefined : nameOfCard(random.pick(cards)));

const showCard = async (world: World, person: Resident): Promise<void> => {
  const card = cardOf(world, person);
  if (card !== undefined) await world.hands.show(card);
};

/** A PIN, and `#` as people do: after eight digits it is not needed, and often pressed. */
const submit = async (world: World, pin: string | undefined): Promise<void> => {
  if (pin === undefined) return;
  const { hands, random } = world;
  const gapMs = random.pick([20, 60, 160, 400]);
  await hands.type(pin, gapMs);
  if (pin.length < 8 || random.chance(0.5)) await hands.type('#', gapMs);
};

/** Right most of the time; else somebody else's, the one for duress, or nobody's. */
const somePin = (world: World, person: Resident): string | undefined => {
  const { random } = world;
  if (random.chance(0.7)) return person.pin;
  return random.pick([person.duressPin, someone(world).pin, digits(world, 4, 8), digits(world, 1, 3)]);
};

const people: readonly Step[] = [
  { name: 'card', weight: 120, act: (world) => showCard(world, someone(world)) },
  { name: 'pin', weight: 120, act: (world) => submit(world, somePin(world, someone(world))) },
  {
    name: 'card and pin',
    weight: 160,
    act: async (world) => {
      const person = someone(world);
      await showCard(world, person);
      await world.wait(world.random.pick([0, 800, 2_000, 5_000]));
      await submit(world, somePin(world, person));
    },
  },
  {
    name: 'pin at the last moment',
    weight: 15,
    act: async (world) => {
      const person = someone(world);
      const { pin } = person;
      if (pin === undefined) return;
      await showCard(world, person);
      const windowMs = 15_000 * (person.extendedTime === true ? 2 : 1);
      const typingMs = 100 * pin.length;
      await world.wait(windowMs - typingMs + world.random.pick([-2_000, -1, 0, 1, 500]));
      await world.hands.type(pin);
      await world.hands.type('#');
    },
  },
  {
    name: 'two cards',
    weight: 15,
    act: async (world) => {
      const first = someone(world);
      await showCard(world, first);
      await world.wait(world.random.pick([0, 300, 2_000]));
      await showCard(world, someone(world));
      await world.wait(world.random.pick([0, 400]));
      await submit(world, first.pin);
    },
  },
  { name: 'wrong pin', weight: 40, act: (world) => submit(world, digits(world, 4, 8)) },
  { name: 'short pin', weight: 10, act: (world) => submit(world, digits(world, 1, 3)) },
  { name: 'abandoned pin', weight: 15, act: (world) => world.hands.type(digits(world, 1, 7)) },
  {
    name: 'pin after a pause',
    weight: 10,
    act: async (world) => {
      const pin = someone(world).pin ?? digits(world, 4, 8);
      const cut = world.random.between(1, pin.length - 1);
      await world.hands.type(pin.slice(0, cut));
      await world.wait(world.random.pick([1_000, 4_800, 4_940, 4_960, 6_000, 9_000, 11_000]));
      await world.hands.type(`${pin.slice(cut)}#`);
    },
  },
  {
    name: 'pin after other digits',
    weight: 10,
    act: (world) => world.hands.type(`${digits(world, 1, 6)}${world.random.pick(['', '*', '#'])}${someone(world).pin ?? ''}#`),
  },
  { name: 'star and hash', weight: 10, act: (world) => world.hands.type(world.random.pick(['*', '**', '#', '##', '*#', '***'])) },
  { name: 'unknown card', weight: 30, act: (world) => world.hands.show(`stranger ${world.random.int(1_000)}`) },
  {
    name: 'odd card',
    weight: 8,
    act: ({ hands, random }) =>
      random.chance(0.3)
        ? hands.showText(random.pick(['', '0', '0004171', 'A'.repeat(64), 'ß'.repeat(80)]))
        : hands.showBits(random.pick(['', '0', '1', '10'.repeat(256), '1'.repeat(600), '01'.repeat(13)])),
  },
  { name: 'leaf', weight: 40, act: (world) => world.door.set('doorContact', !world.door.inputs.isActive('doorContact')) },
  { name: 'tamper', weight: 4, act: (world) => world.door.set('tamper', !world.door.inputs.isActive('tamper')) },
  {
    name: 'rex',
    weight: 25,
    act: async (world) => {
      world.witness.rexPressed();
      await world.door.pressRex();
    },
  },
];

/** Wrong PINs without end, by somebody who also pulls the plug. */
const guess = async (world: World, guesses: number, pulls: number): Promise<void> => {
  for (let left = guesses; left > 0; left--) {
    await world.hands.type(`${digits(world, 4, 6)}#`);
    if (!world.random.chance(pulls)) continue;
    if (world.random.chance(0.5)) world.cutPower();
    else if (world.isPowered) await world.restart();
    if (!world.isPowered) await world.powerOn();
  }
};

const nuisances: readonly Step[] = [
  { name: 'guesses', weight: 12, act: (world) => guess(world, world.random.between(4, 12), 0) },
  { name: 'guesses with the plug in hand', weight: 5, act: (world) => guess(world, world.random.between(6, 12), 0.3) },
  {
    name: 'guesses with a card',
    weight: 8,
    act: async (world) => {
      const person = someone(world);
      for (let left = world.random.between(2, 8); left > 0; left--) {
        await showCard(world, person);
        await world.hands.type(`${digits(world, 4, 5)}#`);
      }
    },
  },
  { name: 'pasted keys', weight: 6, act: (world) => world.hands.tap(`${someone(world).pin ?? digits(world, 4, 8)}#`) },
  {
    name: 'flood of keys',
    weight: 2,
    // Some of it is dropped: nothing typed in it, or before it, is waited for.
    act: async ({ hands, random, door }) => {
      await hands.tap(random.pick(['*', floodDigit, `${floodDigit}#`]).repeat(random.between(50, 300)));
      await door.wait(11_000);
    },
  },
  {
    name: 'flood of cards',
    weight: 2,
    act: async ({ hands, random, door }) => {
      for (let left = random.between(10, 60); left > 0; left--) await hands.show(`stranger ${random.int(1_000)}`);
      await door.wait(5_000);
    },
  },
  { name: 'held key', weight: 3, act: ({ hands, random }) => hands.hold(random.pick(['0', '5', '#', '*']), random.pick([2_000, 31_000, 60_000])) },
  {
    name: 'device unplugged',
    weight: 4,
    act: async ({ hands, random, door }) => {
      const device = random.pick(['keypad', 'cardReader'] as const);
      await hands.attach(device, false);
      await door.wait(random.between(0, minuteMs));
      await hands.attach(device, true);
    },
  },
];

const someOrder = (world: World): Order => {
  const { random, door } = world;
  return random.pick<Order>([
    { kind: 'release' },
    { kind: 'release' },
    { kind: 'setMode', mode: random.pick(modes) },
    { kind: 'setClock', wallMs: Math.max(0, door.clock.wall().ms + random.between(-30, 30) * minuteMs) },
    { kind: 'clearLockout', person: random.chance(0.5) ? undefined : someone(world).number },
    { kind: 'enrol' },
  ]);
};

const line: readonly Step[] = [
  { name: 'table', weight: 80, act: (world) => world.finish(world.office.goOn()) },
  {
    name: 'whole table',
    weight: 12,
    act: async (world) => {
      if (world.random.chance(0.5)) world.disks.cutAt({ at: 'tableWrite', writes: world.random.between(1, 40) });
      await world.finish(world.office.finish());
    },
  },
  { name: 'revocation', weight: 4, act: (world) => world.finish(world.office.revoke()) },
  { name: 'forged table', weight: 4, act: (world) => world.finish(world.office.forge()) },
  { name: 'mode', weight: 12, act: (world) => world.setMode(world.random.pick<Mode>(['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin', 'locked'])) },
  {
    name: 'unlocked for a while',
    weight: 3,
    act: async (world) => {
      await world.setMode('unlocked');
      await world.wait(world.random.between(0, 2 * minuteMs));
      if (world.door.isRunning) await world.setMode(world.settings.policy.mode);
    },
  },
  { name: 'link', weight: 15, act: (world) => world.link(!world.isLinkUp) },
  { name: 'events fetched', weight: 25, act: (world) => (world.isLinkUp ? world.controller.fetch() : undefined) },
  { name: 'acknowledged too much', weight: 2, act: (world) => world.controller.acknowledgeTooMuch() },
  { name: 'order', weight: 12, act: (world) => world.order(someOrder(world), world.random.pick([60, 60, 60, 0])) },
  {
    name: 'wall clock',
    weight: 5,
    inTheDark: true,
    act: (world) => {
      const { random, door } = world;
      const stepMs = random.pick([-hourMs, -minuteMs, minuteMs, hourMs, random.between(-12, 12) * hourMs]);
      world.setWall(Math.max(0, door.clock.wall().ms + stepMs), random.chance(0.7));
    },
  },
  { name: 'wall clock right', weight: 8, inTheDark: true, act: (world) => world.setWallRight() },
];

const faults: readonly Step[] = [
  { name: 'power cut', weight: 5, act: (world) => world.cutPower() },
  {
    name: 'power cut at a write',
    weight: 25,
    act: ({ disks, random }) => disks.cutAt({ at: random.pick(['beforeCommit', 'afterCommit'] as const), writes: random.between(1, 6) }),
  },
  {
    name: 'power cut at a write of the table',
    weight: 12,
    act: ({ disks, random }) => disks.cutAt({ at: 'tableWrite', writes: random.between(1, 60) }),
  },
  { name: 'restart', weight: 6, act: (world) => world.restart() },
  { name: 'slow disk', weight: 4, act: (world) => world.trouble('disk', () => (world.disks.commitMs = world.random.pick([5, 200, 1_500, 6_000]))) },
  { name: 'full disk', weight: 4, act: (world) => world.trouble('disk', () => (world.disks.condition = 'full')) },
  { name: 'failed disk', weight: 3, act: (world) => world.trouble('disk', () => (world.disks.condition = 'failed')) },
  { name: 'full disk of the table', weight: 3, act: (world) => world.trouble('disk', () => (world.disks.isTableFull = true)) },
  {
    name: 'strike',
    weight: 4,
    act: (world) => world.trouble('strike', () => world.door.strike.become(world.random.pick(['failing', 'unreachable', 'silent'] as const))),
  },
];

export const steps: readonly Step[] = [...people, ...nuisances, ...line, ...faults];
