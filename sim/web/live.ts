/**
 * What the server tells by itself, to whoever on the page wants to hear it. Stays connected: a line that breaks or falls silent is begun again,
 * and everybody is told `missed`, since nobody knows what was. What is done with a message is its hearer's.
 */
import { signal } from '@preact/signals';
import { type BenchMessage, type LiveMessage, livePath } from '../controller/api/live.ts';
import { headers } from './client.ts';
import { LineCutter } from './line-cutter.ts';
import { forgetIfStill, token } from './session.ts';

export type Message = LiveMessage | BenchMessage;
type Kind = Message['kind'];
type Of<K extends Kind> = Extract<Message, { readonly kind: K }>;

/** `down`: not connected, and tried again. */
export const lineState = signal<'connecting' | 'live' | 'down'>('connecting');

/** The server beats every 15 s; two beats may be lost. */
const silentMs = 40_000;
const loggedOut = 401;
const firstWaitMs = 500;
const longestWaitMs = 8_000;

const hearers = new Map<Kind, Set<(message: Message) => unknown>>();

/** Calls `hearer` with each message of that kind, until the returned function is called. */
export const hear = <K extends Kind>(kind: K, hearer: (message: Of<K>) => unknown): (() => void) => {
  const those = hearers.get(kind) ?? new Set();
  hearers.set(kind, those);
  const takes = (message: Message): unknown => hearer(message as Of<K>);
  those.add(takes);
  return () => those.delete(takes);
};

const tell = (message: Message): void => {
  for (const hearer of hearers.get(message.kind) ?? []) hearer(message);
};

/** Reads until the line ends, or is ended by `stop`; resolves then, with whether there was one. */
const listen = async (stop: AbortController): Promise<boolean> => {
  const used = token.value;
  let isLive = false;
  let watch = window.setTimeout(() => stop.abort(), silentMs);
  try {
    const response = await fetch(livePath, { headers: headers(), signal: stop.signal, cache: 'no-store' });
    if (response.status === loggedOut) forgetIfStill(used);
    if (!response.ok || response.body === null) return false;
    isLive = true;
    lineState.value = 'live';
    tell({ kind: 'missed' });
    const cutter = new LineCutter();
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await text.read(); !part.done; part = await text.read()) {
      window.clearTimeout(watch);
      watch = window.setTimeout(() => stop.abort(), silentMs);
      for (const line of cutter.take(part.value)) tell(JSON.parse(line) as Message);
    }
  } catch {
    // A line that breaks, or says what nobody can read, is begun again.
  } finally {
    window.clearTimeout(watch);
    stop.abort();
  }
  return isLive;
};

/** Of the connection that is wanted; undefined: none is. */
let wanted: AbortController | undefined;

/** Connects, and stays connected until `stopLive`. */
export const startLive = async (): Promise<void> => {
  if (wanted !== undefined) return;
  lineState.value = 'connecting';
  let stop = new AbortController();
  wanted = stop;
  for (let waitMs = firstWaitMs; wanted === stop; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    if (await listen(stop)) waitMs = firstWaitMs;
    if (wanted !== stop) return;
    lineState.value = 'down';
    await new Promise((resolve) => window.setTimeout(resolve, waitMs));
    if (wanted !== stop) return;
    stop = new AbortController();
    wanted = stop;
  }
};

export const stopLive = (): void => {
  const stop = wanted;
  wanted = undefined;
  stop?.abort();
};
