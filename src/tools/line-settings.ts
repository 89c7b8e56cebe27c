/**
 * Address and rate of the line as they were set over the line, in `line.json` of the data directory: they go before those of the settings
 * file, until somebody changes these. When new ones are good enough to be kept is osdp/pd-line-settings.ts's.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { highestAddress, lineBaudRates } from '../config/settings.ts';
import type { LineConfig } from '../config.ts';
import type { Keep, LineSettings } from '../osdp/pd-line-settings.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { fileKeeper } from './keep-file.ts';
import { readKeyedPlace } from './key-store.ts';
import { checked, exists, readPrivateFile } from './private-files.ts';

const lineFile = 'line.json';
const format = 1;

const settingsShape = v.strictObject({
  address: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(highestAddress)),
  baudRate: v.picklist(lineBaudRates),
});
/** `file`: what the settings file said when `set` was kept. */
const shape = v.strictObject({ format: v.literal(format), file: settingsShape, set: settingsShape });

type FileLine = Pick<LineConfig, 'address' | 'baudRate'>;

/** What is in force at a start; the sentence says why what was kept cannot be used. */
export const readLineSettings = (dataDir: string, { address, baudRate }: FileLine): Result<LineSettings, string> => {
  const path = join(dataDir, lineFile);
  const asFile = ok({ address, baudRate });
  const isKept = checked(path, () => ok(exists(path)));
  if (!isKept.ok) return isKept;
  if (!isKept.value) return asFile;
  const kept = readPrivateFile(path, shape, 'The address and the rate are those of the settings; remove it.');
  if (!kept.ok) return failed(kept.failure);
  const { file, set } = kept.value;
  return file.address === address && file.baudRate === baudRate ? ok(set) : asFile;
};

/**
 * A reader whose file is changed so goes on answering where it is, whatever was set over the line; or, where nothing was, goes to the address
 * that its bundle says. What cannot be read was something else.
 */
export const isAskedThere = (dataDir: string, before: FileLine, after: FileLine): boolean => {
  const [was, is] = [readLineSettings(dataDir, before), readLineSettings(dataDir, after)];
  if (!was.ok || !is.ok || was.value.baudRate !== is.value.baudRate) return false;
  if (was.value.address === is.value.address) return true;
  const place = readKeyedPlace(dataDir);
  return was.value.address === before.address && place.ok && place.value?.address === is.value.address;
};

/** `told` hears why they could not be kept. */
export const lineSettingsKeeper = (dataDir: string, { address, baudRate }: FileLine, told: (sentence: string) => void): Keep<LineSettings> => {
  const keep = fileKeeper((reason) => told(`The address and the rate of the line could not be kept: ${reason}.`));
  return (set) =>
    keep(
      join(dataDir, lineFile),
      `${JSON.stringify({ format, file: { address, baudRate }, set: { address: set.address, baudRate: set.baudRate } })}\n`,
    );
};
