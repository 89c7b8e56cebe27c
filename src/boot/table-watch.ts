/**
 * Notices a table that another process has put in force: `doorpad table import` beside a running reader. Decides when to
 * look, and tells each change once. Look-ups read a new version from its first moment on, whoever has noticed; where the other
 * process had to begin a new file, they read that from the next look on.
 */
import type { AccessEvent } from '../access/events.ts';
import type { Clock } from '../ports/clock.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { TableState } from '../ports/table-store.ts';

/** A look takes microseconds. */
export const lookMs = 2_000;

/** A store that another process may write beside. */
export interface SharedTable {
  state(): TableState | undefined;
  /** See SqliteTableStore. */
  refresh(): Promise<boolean>;
}

export const watchTable = (clock: Clock, table: SharedTable, tell: (event: AccessEvent) => void): Subscription => {
  let isStopped = false;
  let timer: unknown;
  const look = async (): Promise<void> => {
    // A disk that does not answer is told by the next look-up.
    const isChanged = await table.refresh().catch(() => false);
    if (isStopped) return;
    const state = table.state();
    if (isChanged)
      tell(state === undefined ? { code: 'table.damaged', fields: { by: 'look' } } : { code: 'table.applied', fields: { version: state.version } });
    wait();
  };
  const wait = (): void => {
    timer = clock.setTimeout(() => void look(), lookMs);
  };
  wait();
  return {
    stop: () => {
      isStopped = true;
      clock.clearTimeout(timer);
    },
  };
};
