/**
 * Replaces a private file without holding up whoever answers the line: what osdp/ asks as `Keep`, for the text of a file. One write at a
 * time, by one thread of the pool, which the line does not need. What the files hold is line-keys.ts's and line-settings.ts's.
 */
import type { Kept } from '../osdp/pd-line-settings.ts';
import { replacePrivateFileLater } from './private-files.ts';

/** `later` until the write has ended; what came of it is said once, to whoever asks with the same text. `told` hears why it failed. */
export const fileKeeper = (told: (reason: string) => void): ((path: string, text: string) => Kept) => {
  /** What is being written, or what came of it until somebody has asked. */
  let write: { readonly text: string; outcome: Kept } | undefined;

  const begin = (path: string, text: string): void => {
    const begun = { text, outcome: 'later' as Kept };
    write = begun;
    replacePrivateFileLater(path, text).then(
      () => {
        begun.outcome = 'kept';
      },
      (thrown: unknown) => {
        begun.outcome = 'failed';
        told(reasonOf(thrown));
      },
    );
  };

  return (path, text) => {
    if (write?.text === text && write.outcome !== 'later') {
      const { outcome } = write;
      write = undefined;
      return outcome;
    }
    if (write?.outcome !== 'later') begin(path, text);
    return 'later';
  };
};

/** What the system said, in a code. */
export const reasonOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? String(thrown);
