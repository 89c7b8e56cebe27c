/**
 * The simulated world as the page knows it: asked for once, then kept up by what the server tells. What hands do goes to the server and comes
 * back as news; the page never says by itself that something has happened.
 */
import { signal } from '@preact/signals';
import type { BenchMessage } from '../../controller/api/live.ts';
import { type Answer, ask } from '../client.ts';
import { hear } from '../live.ts';

export type World = Answer<'world'>;
export type DoorFacts = World['doors'][number];
export type DoorName = DoorFacts['door'];
export type LineMessage = Extract<BenchMessage, { readonly kind: 'line' }> & { readonly id: number };

/** The oldest go first. */
const maxLineMessages = 400;

export const world = signal<World | undefined>(undefined);
export const refusal = signal<string | undefined>(undefined);
/** Newest first. */
export const lineMessages = signal<readonly LineMessage[]>([]);
interface Signalled {
  readonly signal: string;
  /** How many signals there were: the same one twice is two. */
  readonly count: number;
  /** Of the world's time; undefined until the world says what time it is: while it skips, it says so only at the end. */
  readonly atMs: number | undefined;
}
export const lastSignal = signal<Readonly<Partial<Record<DoorName, Signalled>>>>({});

let isAsking = false;
let isStale = false;

/** Asks for the whole world. While it is being asked for, once more is enough. */
export const askWorld = async (): Promise<void> => {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  while (isStale) {
    isStale = false;
    const answer = await ask('world');
    if (answer.ok) world.value = answer.value;
    refusal.value = answer.ok ? undefined : answer.failure.sentence;
  }
  isAsking = false;
};

const takeDoor = ({ kind: _, ...facts }: Extract<BenchMessage, { readonly kind: 'door' }>): void => {
  if (world.value === undefined) return;
  world.value = { ...world.value, doors: world.value.doors.map((one) => (one.door === facts.door ? { ...one, ...facts } : one)) };
};

/** Messages that came within one frame are shown together: there may be hundreds a second. */
let waiting: LineMessage[] = [];
let lastId = 0;
const showWaiting = (): void => {
  lineMessages.value = [...waiting.reverse(), ...lineMessages.value].slice(0, maxLineMessages);
  waiting = [];
};
const takeLine = (message: Extract<BenchMessage, { readonly kind: 'line' }>): void => {
  lastId += 1;
  if (waiting.length === 0) requestAnimationFrame(showWaiting);
  if (waiting.length === maxLineMessages) waiting.shift();
  waiting.push({ ...message, id: lastId });
};

/** A key is heard and felt; what was said before it still holds. */
const takeSignal = ({ door, signal: name }: Extract<BenchMessage, { readonly kind: 'signal' }>): void => {
  if (name === 'key') return;
  const count = (lastSignal.value[door]?.count ?? 0) + 1;
  lastSignal.value = { ...lastSignal.value, [door]: { signal: name, count, atMs: undefined } };
};

const takeTime = ({ kind: _, ...time }: Extract<BenchMessage, { readonly kind: 'time' }>): void => {
  if (world.value !== undefined) world.value = { ...world.value, ...time };
  const dated = (said: Signalled): Signalled => ({ ...said, atMs: said.atMs ?? time.nowMs });
  const { front, store } = lastSignal.value;
  lastSignal.value = { ...(front === undefined ? {} : { front: dated(front) }), ...(store === undefined ? {} : { store: dated(store) }) };
};

/** Follows the world until the returned function is called. */
export const followWorld = (): (() => void) => {
  void askWorld();
  const ends = [
    hear('missed', askWorld),
    hear('reader', askWorld),
    hear('time', takeTime),
    hear('door', takeDoor),
    hear('line', takeLine),
    hear('signal', takeSignal),
  ];
  return () => {
    for (const end of ends) end();
  };
};
