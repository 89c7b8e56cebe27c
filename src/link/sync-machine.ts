/**
 * A file on its way up the line (docs/table-profile.md §17): which part of the work is due, and what became of the file. It performs nothing:
 * what was gathered is written, and a whole file put in force, by the actors that file-sync.ts provides. What a file says is its intake's.
 */
import { assign, emit, fromPromise, setup } from 'xstate';
import type { Result } from '../shared/result.ts';
import type { Outcome } from './messages.ts';

export type SyncEvent =
  /** The sender begins at `offset`: 0, or where it was cut off. */
  | { readonly type: 'file.begun'; readonly totalBytes: number; readonly offset: number }
  /** Enough has been gathered to be worth a write. */
  | { readonly type: 'file.gathered' }
  /** All bytes have come. */
  | { readonly type: 'file.whole' }
  /** No more will come. */
  | { readonly type: 'file.cut' };

export type SyncEffect = { readonly type: 'file.inForce' } | { readonly type: 'file.refused'; readonly refusal: Outcome };

export interface SyncContext {
  readonly totalBytes: number;
  /** Of the file, on disk. */
  readonly storedBytes: number;
  readonly isWhole: boolean;
  readonly isCut: boolean;
  /** Why the last file was refused. */
  readonly refusal: Outcome | undefined;
}

/** How many bytes are on disk, or why the file is refused. */
export type Stored = Result<number, Outcome>;
export type Applied = Result<undefined, Outcome>;

const sync = setup({
  types: { context: {} as SyncContext, events: {} as SyncEvent, emitted: {} as SyncEffect },
  actors: {
    store: fromPromise<Stored, { readonly offset: number }>(() => Promise.reject(new Error('store was not provided'))),
    apply: fromPromise<Applied>(() => Promise.reject(new Error('apply was not provided'))),
  },
  guards: {
    isStored: ({ context }) => context.storedBytes === context.totalBytes,
    wasRefused: (_, result: Result<unknown, Outcome>) => !result.ok,
    isNowStored: ({ context }, stored: Stored) => stored.ok && stored.value === context.totalBytes,
    isCut: ({ context }) => context.isCut,
    isWhole: ({ context }) => context.isWhole,
  },
  actions: {
    begin: assign((_, { totalBytes, offset }: { readonly totalBytes: number; readonly offset: number }) => ({
      totalBytes,
      storedBytes: offset,
      isWhole: false,
      isCut: false,
      refusal: undefined,
    })),
    noteWhole: assign({ isWhole: true }),
    noteCut: assign({ isCut: true }),
    noteStored: assign((_, stored: Stored) => (stored.ok ? { storedBytes: stored.value } : {})),
    refuse: assign((_, result: Result<unknown, Outcome>) => ({ refusal: result.ok ? undefined : result.failure })),
    refuseFailed: assign({ refusal: 'failed' as const }),
    tellRefused: emit(({ context }) => ({ type: 'file.refused' as const, refusal: context.refusal ?? 'failed' })),
    tellInForce: emit({ type: 'file.inForce' as const }),
  },
});

const begun = {
  target: 'gathering',
  actions: { type: 'begin', params: ({ event }: { readonly event: Extract<SyncEvent, { type: 'file.begun' }> }) => event },
} as const;
const output = <Output>({ event }: { readonly event: { readonly output: Output } }): Output => event.output;

const idle = sync.createStateConfig({
  description: 'No file is on its way.',
  on: { 'file.begun': begun },
});

const gathering = sync.createStateConfig({
  description: 'The bytes of a file come; few of them wait to be written.',
  on: {
    'file.gathered': 'storing',
    'file.whole': [
      { guard: 'isStored', target: 'applying' },
      { target: 'storing', actions: 'noteWhole' },
    ],
    'file.cut': { target: 'storing', actions: 'noteCut' },
  },
});

const storing = sync.createStateConfig({
  description: 'What was gathered is being written; more may come meanwhile.',
  invoke: {
    src: 'store',
    input: ({ context }) => ({ offset: context.storedBytes }),
    onDone: [
      {
        guard: { type: 'wasRefused', params: output },
        target: 'refused',
        actions: [{ type: 'refuse', params: output }, 'tellRefused'],
      },
      { guard: { type: 'isNowStored', params: output }, target: 'applying', actions: { type: 'noteStored', params: output } },
      { guard: 'isCut', target: 'idle' },
      { guard: 'isWhole', target: 'storing', reenter: true, actions: { type: 'noteStored', params: output } },
      { target: 'gathering', actions: { type: 'noteStored', params: output } },
    ],
    onError: { target: 'refused', actions: ['refuseFailed', 'tellRefused'] },
  },
  on: { 'file.whole': { actions: 'noteWhole' }, 'file.cut': { actions: 'noteCut' } },
});

const applying = sync.createStateConfig({
  description: 'The whole file is on disk, and is being verified and put in force.',
  invoke: {
    src: 'apply',
    onDone: [
      {
        guard: { type: 'wasRefused', params: output },
        target: 'refused',
        actions: [{ type: 'refuse', params: output }, 'tellRefused'],
      },
      { target: 'inForce', actions: 'tellInForce' },
    ],
    onError: { target: 'refused', actions: ['refuseFailed', 'tellRefused'] },
  },
});

const inForce = sync.createStateConfig({
  description: 'The last file is in force; another may begin.',
  on: { 'file.begun': begun },
});

const refused = sync.createStateConfig({
  description: 'The last file was refused, and what was in force stays; another may begin.',
  on: { 'file.begun': begun },
});

export const syncMachine = sync.createMachine({
  id: 'sync',
  context: { totalBytes: 0, storedBytes: 0, isWhole: false, isCut: false, refusal: undefined },
  type: 'parallel',
  states: {
    file: {
      description: 'The file that the controller sends.',
      initial: 'idle',
      states: { idle, gathering, storing, applying, inForce, refused },
    },
  },
});

export type SyncState = 'idle' | 'gathering' | 'storing' | 'applying' | 'inForce' | 'refused';
