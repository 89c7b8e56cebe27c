/**
 * What only the simulated world answers: hands at its doors, its time, its faults, its line. A real controller serves none of it (SECURITY H8).
 */
import * as v from 'valibot';
import type { Route } from '../controller/api/route.ts';

const door = v.picklist(['front', 'store']);
const atDoor = v.object({ door });
const done = v.object({ done: v.literal(true) });
const keys = v.pipe(v.string(), v.regex(/^[0-9*#]{1,40}$/));
const anyHands = ['manager'] as const;

export const benchRoutes = {
  world: {
    method: 'GET',
    path: '/api/bench',
    may: anyHands,
    answer: v.object({
      nowMs: v.number(),
      wall: v.string(),
      speed: v.number(),
      isRecording: v.boolean(),
      doors: v.array(
        v.object({
          door,
          name: v.string(),
          isPowered: v.boolean(),
          mode: v.nullable(v.string()),
          /** The state diagram as drawn, and the states that are lit. */
          states: v.array(v.string()),
          light: v.string(),
          isLocked: v.boolean(),
          isOpen: v.boolean(),
          /** Whether the case of the reader is open. */
          isTampered: v.boolean(),
        }),
      ),
      cards: v.array(v.object({ card: v.string(), label: v.string() })),
      faults: v.object({ isCut: v.boolean(), noise: v.number() }),
    }),
    says: 'The simulated world as it stands; what changes comes over /api/live.',
  },
  type: {
    method: 'POST',
    path: '/api/bench/{door}/keys',
    may: anyHands,
    params: atDoor,
    body: v.object({ keys }),
    answer: done,
    says: 'Keys at the keypad.',
  },
  swipe: {
    method: 'POST',
    path: '/api/bench/{door}/card',
    may: anyHands,
    params: atDoor,
    body: v.object({ card: v.string() }),
    answer: done,
    says: 'A card of the tray.',
  },
  input: {
    method: 'POST',
    path: '/api/bench/{door}/input',
    may: anyHands,
    params: atDoor,
    body: v.object({ input: v.picklist(['doorContact', 'rex', 'tamper']), isActive: v.boolean() }),
    answer: done,
    says: 'The leaf, the exit button, the case.',
  },
  power: {
    method: 'POST',
    path: '/api/bench/{door}/power',
    may: anyHands,
    params: atDoor,
    body: v.object({ isOn: v.boolean() }),
    answer: done,
    says: 'Power of one reader.',
  },
  line: {
    method: 'POST',
    path: '/api/bench/line',
    may: anyHands,
    body: v.object({ isCut: v.optional(v.boolean()), noise: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.01))) }),
    answer: done,
    says: 'Cuts the line, or lets it be noisy.',
  },
  time: {
    method: 'POST',
    path: '/api/bench/time',
    may: anyHands,
    body: v.union([
      v.object({ speed: v.picklist([0, 1, 60]) }),
      v.object({ skipMs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400_000)) }),
    ]),
    answer: done,
    says: 'Play, pause, ×60, +1 s, +15 s.',
  },
  record: {
    method: 'POST',
    path: '/api/bench/record',
    may: anyHands,
    body: v.object({ isRecording: v.boolean() }),
    answer: v.object({ toml: v.nullable(v.string()) }),
    says: 'Stops with the story of what was done since (docs/scenarios.md).',
  },
} as const satisfies Readonly<Record<string, Route>>;

export type BenchRoutes = typeof benchRoutes;
