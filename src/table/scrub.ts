/** Reads everything in force and says whether it is what was put in force: records, their tags, and the state (SECURITY C16). */
import type { Crypto } from '../ports/crypto.ts';
import type { TableDisk } from '../ports/table-disk.ts';
import { ContentHash, unseal } from './content.ts';
import { openState } from './state.ts';
import type { Steps } from './steps.ts';
import type { TableKeys } from './tags.ts';

const personsInStep = 512;

/** False: something on disk is not what was written. Every tag is looked up, as a person's would be. */
export function* scrubSteps(disk: TableDisk, crypto: Crypto, keys: TableKeys): Steps<boolean> {
  const bytes = disk.state();
  if (bytes === undefined) return disk.tagCount() === 0 && disk.scan(0, 1).length === 0;
  const state = openState(crypto, keys, bytes);
  if (state === undefined) return false;
  const content = new ContentHash();
  let persons = 0;
  let credentials = 0;
  for (let after = 0; ; ) {
    const rows = disk.scan(after, personsInStep);
    for (const { person, sealed } of rows) {
      const unsealed = unseal(crypto, keys, person, sealed);
      if (unsealed === undefined || unsealed.tags.some((tag) => disk.lookUp(tag).person !== person)) return false;
      content.add(unsealed.leaf);
      persons += 1;
      credentials += unsealed.tags.length;
      after = person;
    }
    if (rows.length < personsInStep) break;
    yield;
  }
  const isAsCounted = persons === state.persons && credentials === state.credentials && disk.tagCount() === credentials;
  return isAsCounted && crypto.isEqual(content.digest(), state.contentHash);
}
