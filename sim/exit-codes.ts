/** What `npm run sim` ends with. Those it shares with `doorpad` are the same; why it ends is each command's. */
import { exitCodes as shared } from '../src/tools/exit-codes.ts';

/**
 * `differs`: a story differs, a storm found something, or an event was not heard. `usage`: wrong use, or a file that is wrong. `fault`: one of its
 * own, or the disk's. `inUse`: another process has what this one needs; 75 is that of sysexits.h for what may succeed later.
 */
export const exitCodes = { done: shared.done, differs: 1, usage: shared.usage, fault: shared.fault, inUse: 75 } as const;
