/**
 * What a reader has on its disk and whether it fits its settings: keys, address, table, settings of the line, a wipe that did not end. `check` and
 * `doctor` run the same rows; what settings alone mean is describe-door.ts's.
 */
import { hasKeypad } from '../access/mode.ts';
import { Fault } from '../shared/faults.ts';
import { addressFinding, describeTable, keyWarnings } from './describe-door.ts';
import { type Board, type Check, type Finding, good, note, wrong } from './doctor.ts';
import { bundlesBeside, findBundle } from './found-bundle.ts';
import { keyOriginOf, readKeyedPlace, readLineKeys, readReaderKeys } from './key-store.ts';
import { readLineSettings } from './line-settings.ts';
import { tableStateOf } from './table-state.ts';
import { unfinishedWipe } from './wipe.ts';

export const readerChecks: readonly Check[] = [
  { name: 'wipe', needs: 'start', run: ({ config: { dataDir } }) => some(unfinishedWipe(dataDir)) },
  { name: 'keys', needs: 'start', run: (board) => keys(board) },
  { name: 'bundle', needs: 'start', run: (board) => bundle(board) },
  { name: 'address', needs: 'nothing', run: (board) => some(addressOf(board)) },
  { name: 'table', needs: 'start', run: (board) => table(board) },
  { name: 'lineSettings', needs: 'start', run: (board) => some(lineSettingsOf(board)) },
];

/** What `check` asks of a disk: whether it fits the settings. That there are no keys yet, it says in its own words. */
export const fittingChecks: readonly Check[] = readerChecks.filter(({ name }) => name !== 'keys');

const some = (sentence: string | undefined): readonly Finding[] => (sentence === undefined ? [] : [wrong(sentence)]);

const keys = ({ config: { dataDir, line } }: Board): readonly Finding[] => {
  const read = readReaderKeys(dataDir);
  if (!read.ok) return [wrong(read.failure)];
  const origin = keyOriginOf(dataDir);
  if (origin !== 'none') return [good('There are keys, and only this user can read them.'), note(keyWarnings[origin])];
  const ofLine = readLineKeys(dataDir);
  const isPanels = line?.decides === 'panel' && (line.clear || (ofLine.ok && ofLine.value.current !== undefined));
  if (isPanels) return [good('A panel decides, and can be spoken to.')];
  // Whoever imports people makes a door that stands alone, and that takes no bundle.
  const remedy =
    line === undefined
      ? 'Install its bundle (doorpad install-keys), or import people (doorpad table import).'
      : 'Type the code of its bundle at the keypad, or install it (doorpad install-keys).';
  return [wrong(`${keyWarnings.none} ${remedy}`)];
};

const bundle = ({ config, settingsFolder }: Board): readonly Finding[] => {
  const read = readReaderKeys(config.dataDir);
  if (settingsFolder === undefined || !read.ok) return [];
  if (read.value !== undefined) {
    const { own, others } = bundlesBeside(settingsFolder, read.value.trust.reader);
    return [
      ...own.map(({ path }) => note(`${path} has done its work: delete it.`)),
      ...others.map(({ path, name }) =>
        wrong(`${path} is that of "${name}", and is not taken: this reader has keys. Delete it; or, to make this "${name}", run doorpad wipe first.`),
      ),
    ];
  }
  const found = findBundle(settingsFolder, config.line);
  if (!found.ok) return [wrong(found.failure)];
  if (found.value === undefined) return [];
  return hasKeypad(config.policy.model)
    ? [note(`${found.value.path} waits for its code: type it at the keypad, and # (docs/first-boot.md).`)]
    : [wrong(`${found.value.path} waits, and this reader has no keypad to type its code at: doorpad install-keys ${found.value.path}`)];
};

const addressOf = ({ config }: Board): string | undefined => {
  const place = readKeyedPlace(config.dataDir);
  return addressFinding(config, place.ok ? place.value : undefined);
};

const table = ({ config: { dataDir }, crypto }: Board): readonly Finding[] => {
  const read = readReaderKeys(dataDir);
  if (!read.ok || read.value === undefined) return [];
  try {
    const state = tableStateOf(dataDir, read.value, crypto);
    const sentence = describeTable(state, keyOriginOf(dataDir) === 'site');
    return [state === undefined ? note(sentence) : good(sentence)];
  } catch (thrown) {
    if (thrown instanceof Fault) return [wrong(thrown.message)];
    throw thrown;
  }
};

const lineSettingsOf = ({ config: { dataDir, line } }: Board): string | undefined => {
  const set = line === undefined ? undefined : readLineSettings(dataDir, line);
  return set?.ok === false ? set.failure : undefined;
};
