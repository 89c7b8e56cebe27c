/** What a simulated world answers while nothing happens, for tests of the bench's page. */
import type { BenchMessage } from '../../../sim/controller/api/live.ts';
import type { Canned } from './canned-server.ts';

type WorldFacts = ReturnType<NonNullable<Canned['world']>>;
type DoorMessage = Extract<BenchMessage, { readonly kind: 'door' }>;

const atRest = [
  'reader.entry.empty',
  'reader.window.closed',
  'reader.decision.ready',
  'reader.pinPath.available',
  'reader.passage.secured',
  'door.contact.closed',
];

const doorFacts = { isPowered: true, states: atRest, light: 'blue', isLocked: true, isOpen: false, isTampered: false };

export const cannedWorld: WorldFacts = {
  nowMs: 61_000,
  wall: '2026-03-02T09:01:01.000Z',
  speed: 1,
  isRecording: false,
  doors: [
    { ...doorFacts, door: 'front', name: 'Front door', mode: 'cardOrPin' },
    { ...doorFacts, door: 'store', name: 'Store room', mode: 'cardAndPin' },
  ],
  cards: [
    { card: 'A', label: 'Ada’s card' },
    { card: 'B', label: 'Bea’s fob' },
    { card: 'X', label: 'Unknown card' },
  ],
  faults: { isCut: false, noise: 0 },
};

/** The store's door after a card: its person may type. */
export const awaitingPin: DoorMessage = {
  kind: 'door',
  door: 'store',
  isPowered: true,
  mode: 'cardAndPin',
  states: atRest.map((state) => (state === 'reader.window.closed' ? 'reader.window.open' : state)),
  light: 'amber',
  isLocked: true,
  isOpen: false,
  isTampered: false,
};

export const frontOpened: DoorMessage = {
  kind: 'door',
  door: 'front',
  isPowered: true,
  mode: 'cardOrPin',
  states: atRest.map((state) => (state === 'door.contact.closed' ? 'door.contact.open' : state)),
  light: 'green',
  isLocked: false,
  isOpen: true,
  isTampered: false,
};

const done = () => ({ done: true }) as const;

export const benchAnswers: Canned = {
  whoAmI: () => ({ id: 1, name: 'Manager', role: 'manager', person: null }),
  logOut: done,
  world: () => cannedWorld,
  type: done,
  swipe: done,
  input: done,
  power: done,
  line: done,
  time: done,
  record: () => ({ toml: null }),
};

/** What is heard on a line in a second or two. */
export const lineNews: readonly BenchMessage[] = [
  { kind: 'line', atMs: 60_012, from: 'controller', hex: '53 00 0e 00 07 02 15 60 9c 11', words: 'poll' },
  { kind: 'line', atMs: 60_021, from: 'reader', hex: '53 80 0e 00 07 02 16 40 1b 77', words: 'ack' },
  { kind: 'line', atMs: 60_212, from: 'controller', hex: '53 00 0e 00 04 02 15 60 3a 08', words: 'poll' },
  { kind: 'line', atMs: 60_224, from: 'reader', hex: '53 80 1c 00 04 02 18 80 ca 12 9f', words: 'mfgrep: doorpad events, 41 bytes' },
  { kind: 'line', atMs: 60_240, from: 'controller', hex: '53 00 16 00 05 02 17 80 77 b0 2e', words: 'mfg: doorpad events taken, 9 bytes' },
  { kind: 'line', atMs: 60_255, from: 'reader', hex: '53 80 0e 00 05 02 16 40 88 10', words: 'ack' },
  { kind: 'line', atMs: 60_400, from: 'reader', hex: '53 80 20 00 06 02 18 50 d1 3e', words: 'raw: a card of 26 bits, …c0' },
];
