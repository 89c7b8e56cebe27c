/**
 * Whether the slot this reader runs from is good: the reader has run for a while, its self-test went well and its line was answered, or what is
 * wrong was wrong before the update. Says so by files in the run directory, which root's scripts wait for (hardware/systemd), and tells the
 * journal what came of an update, also of one that root has refused. Who changes the slots is tools/update.ts's.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { Reader } from '../reader.ts';
import { readBootEnv, readCard, readRefused, readUpdateState } from '../tools/update-card.ts';

/** A reader that falls over again and again never gets so far. */
export const settleMs = 20_000;
/** The line is looked at so often. */
export const lookMs = 1_000;
/** In the run directory: there once the slot is good, and empty. */
export const wellFile = 'well';
/** In the run directory: the names of what is wrong. */
export const wrongFileName = 'wrong';

/** Devices that may come after the self-test: whether they are there now is what counts. */
const comeLate: readonly string[] = ['keypad', 'cardReader', 'inputs'];

export interface WatchedSlot {
  readonly clock: Clock;
  readonly config: { readonly line?: unknown };
  readonly reader: Pick<Reader, 'tell'>;
  isOnline(): boolean;
  /** One of `comeLate`. */
  isAway(device: string): boolean;
  /** RUNTIME_DIRECTORY of systemd.exec(5): made for this process, and taken away with it. */
  readonly runDirectory: string;
  readonly root: string;
}
export interface SlotWatch extends Subscription {
  readonly selfTested: (wrong: readonly string[]) => void;
}

export const watchSlot = ({ clock, config, reader, isOnline, isAway, runDirectory, root }: WatchedSlot): SlotWatch => {
  const card = readCard(root);
  const { tried, before, refused, floor } = readUpdateState(root);
  const isOnTrial = tried !== undefined && tried.slot === card?.running;
  if (tried !== undefined && card !== undefined && !isOnTrial && readBootEnv(root).first === tried.slot)
    reader.tell({ code: 'update.rolledBack', fields: { release: tried.release, running: card.release } });
  // A slot that was good once and did not start any more: nobody has put this older release in force.
  if (tried === undefined && card !== undefined && card.release < floor)
    reader.tell({ code: 'update.rolledBack', fields: { release: floor, running: card.release } });
  const sinceMs = clock.nowMs();
  let failedChecks: readonly string[] | undefined;
  let said: string | undefined;
  let isWell = false;
  let refusedAtMs = refused?.atMs;
  let timer: unknown;

  const write = (name: string, text: string): void => {
    try {
      writeFileSync(join(runDirectory, name), text);
    } catch {
      // A slot that nobody hears of is not marked good, and is left again: that is the safe side.
    }
  };
  const look = (): void => {
    const wrong = failedChecks && [...failedChecks, ...comeLate.filter(isAway), ...(config.line === undefined || isOnline() ? [] : ['line'])];
    if (wrong !== undefined && wrong.join(' ') !== said) {
      said = wrong.join(' ');
      write(wrongFileName, `${said}\n`);
    }
    const isGood = wrong !== undefined && (!isOnTrial || wrong.every((name) => before.includes(name)));
    if (isGood && !isWell && clock.nowMs() - sinceMs >= settleMs) {
      isWell = true;
      if (isOnTrial) reader.tell({ code: 'update.inForce', fields: { release: tried.release } });
      write(wellFile, '');
    }
    const last = readRefused(root);
    if (last !== undefined && last.atMs !== refusedAtMs) reader.tell({ code: 'update.refused', fields: { reason: last.reason } });
    refusedAtMs = last?.atMs;
    timer = clock.setTimeout(look, lookMs);
  };
  timer = clock.setTimeout(look, lookMs);
  return {
    selfTested: (wrong) => {
      failedChecks = wrong.filter((name) => !comeLate.includes(name));
    },
    stop: () => clock.clearTimeout(timer),
  };
};
