/**
 * What one process at a time has: a data directory, and a serial port. Decides the words for one that another process has, or that is away;
 * whether a process goes on without it is its own to say.
 */

import { longestRetryMs } from '../../src/drivers/retries.ts';
import { inUseSentence, type SerialLinkNews } from '../../src/drivers/serial-link.ts';
import { Fault } from '../../src/shared/faults.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { takeRunLock } from '../../src/store/run-lock.ts';
import type { Say } from './io.ts';

/** Gives what lets go of the directory; or, in sentences, that another process has it. */
export const holdDirectory = (directory: string): Result<() => void, string> => {
  try {
    return ok(takeRunLock(directory) ?? (() => undefined));
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return failed(`${directory} is in use: another process runs on it. End that one, or name another directory with --data.`);
  }
};

export const isInUse = ({ what, sentence }: SerialLinkNews): boolean => what === 'away' && sentence === inUseSentence;

export const portInUse = (path: string): string =>
  `The serial port ${path} is in use by another program. End that one, or name another port with --port.`;

/** What becomes of the port, with its path. `patienceMs`: how long it is waited for while another program has it; undefined: for ever. */
export const portTeller =
  (path: string, say: Say) =>
  ({ what, sentence }: SerialLinkNews, patienceMs?: number): void => {
    const again =
      patienceMs === undefined
        ? `it is tried again, at least every ${longestRetryMs / 1_000} s, until it opens`
        : `it is waited for ${patienceMs / 1_000} s, and then this ends`;
    // A sentence may end with a question.
    say('line', `${sentence.replace(/\?$/, '')}: ${path}${what === 'away' ? `; ${again}` : ''}`);
  };
