/**
 * What the server tells a page by itself, a JSON line each over /api/live: what is new, never what was asked. Read with fetch, since an EventSource
 * sends no token (SECURITY H4). A page that fell behind is told `missed`, and asks anew.
 */
import * as v from 'valibot';
import type { Role } from './route.ts';
import * as s from './shapes.ts';

export const liveMessage = v.variant('kind', [
  v.object({ kind: v.literal('event'), event: s.event }),
  v.object({ kind: v.literal('reader'), reader: s.reader }),
  v.object({ kind: v.literal('sending'), sending: s.sending }),
  /** Somebody changed something of these: whoever shows them asks anew. */
  v.object({ kind: v.literal('changed'), what: v.picklist(['people', 'bookings', 'schedules', 'settings', 'users', 'audit']) }),
  v.object({ kind: v.literal('missed') }),
  /** Every 15 s, or the line is dead. */
  v.object({ kind: v.literal('beat') }),
]);
export type LiveMessage = v.InferOutput<typeof liveMessage>;

export const livePath = '/api/live';
const everyStaff = ['manager', 'installer', 'auditor'] as const;
/** Who hears what; who hears nothing but beats does not connect. */
export const liveHearers: Readonly<Record<LiveMessage['kind'], readonly Role[]>> = {
  event: ['manager', 'auditor'],
  reader: everyStaff,
  sending: ['manager'],
  changed: everyStaff,
  missed: everyStaff,
  beat: everyStaff,
};

/** What the bench adds, over the same connection. */
export const benchMessage = v.variant('kind', [
  v.object({ kind: v.literal('time'), nowMs: v.number(), wall: s.moment, speed: v.number() }),
  v.object({
    kind: v.literal('door'),
    door: v.picklist(['front', 'store']),
    isPowered: v.boolean(),
    /** Null: nobody can ask it. */
    mode: v.nullable(v.string()),
    states: v.array(v.string()),
    light: v.string(),
    isLocked: v.boolean(),
    isOpen: v.boolean(),
    isTampered: v.boolean(),
  }),
  /** As people at the door hear and see it; `beep` in milliseconds. */
  v.object({ kind: v.literal('signal'), door: v.picklist(['front', 'store']), signal: v.string() }),
  v.object({ kind: v.literal('beep'), door: v.picklist(['front', 'store']), ms: v.number(), tone: v.picklist(['normal', 'low']) }),
  /** One message on the line, masked (docs/line-tools.md). */
  v.object({ kind: v.literal('line'), atMs: v.number(), from: v.picklist(['controller', 'reader']), hex: v.string(), words: v.string() }),
]);
export type BenchMessage = v.InferOutput<typeof benchMessage>;

/** The hands of the bench are the manager's. */
export const benchHearers: Readonly<Record<BenchMessage['kind'], readonly Role[]>> = {
  time: ['manager'],
  door: ['manager'],
  signal: ['manager'],
  beep: ['manager'],
  line: ['manager'],
};
