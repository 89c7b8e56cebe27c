/** A copy of a controller's database while others write to it: as it is between two commits. Decides how it is copied and how large it may be. */
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { diskFault } from '../../src/store/disk-fault.ts';

/** Beside the database; of one that was cut short, the next copy clears away what is left. */
const folder = 'copy.new';

/** Without free pages. Throws a Fault when the disk fails. Holds up this thread for as long as the disk takes. */
export const copyOfDatabase = (path: string, maxBytes: number): Result<Uint8Array, 'tooLarge'> => {
  const incoming = join(dirname(path), folder);
  try {
    rmSync(incoming, { recursive: true, force: true });
    mkdirSync(incoming, { mode: 0o700 });
    chmodSync(incoming, 0o700);
    const copy = join(incoming, basename(path));
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const { bytes } = database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get() ?? {};
      if (Number(bytes) > maxBytes) return failed('tooLarge');
      database.prepare('VACUUM INTO ?').run(copy);
    } finally {
      database.close();
    }
    return ok(readFileSync(copy));
  } catch (thrown) {
    throw diskFault(thrown, basename(path));
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
};
