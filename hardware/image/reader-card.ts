/**
 * `npm run card -- --settings FILE --bundle FILE --to FILE`: the card of one reader, to be written and put in: a copy of the image with its settings, and its
 * bundle, on the first partition. Decides what may go there; what the settings mean is src/config's. Needs mtools, and neither root nor the network.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { changeBootPart } from './boot-part.ts';
import { missingPrograms, print, project, run } from './host.ts';
import { out } from './out.ts';

const usage = `npm run card -- --settings doorpad.toml [--bundle 001-gate.bundle] --to gate.img [--image doorpad.img]
Without --image the one that npm run image has made. Settings are checked first, and no file is written over.`;

interface Asked {
  readonly image: string;
  readonly settings: string;
  readonly bundle: string | undefined;
  readonly to: string;
}

const asked = (): Asked | string => {
  try {
    const {
      image = out.card,
      settings,
      bundle,
      to,
    } = parseArgs({
      options: { image: { type: 'string' }, settings: { type: 'string' }, bundle: { type: 'string' }, to: { type: 'string' } },
    }).values;
    if (settings === undefined || to === undefined) return usage;
    return { image: resolve(image), settings: resolve(settings), bundle: bundle && resolve(bundle), to: resolve(to) };
  } catch (thrown) {
    return `${thrown instanceof Error ? thrown.message : String(thrown)}\n${usage}`;
  }
};

/** Undefined: nothing is in the way. */
const complaint = ({ image, settings, bundle, to }: Asked): string | undefined => {
  for (const file of [image, settings, bundle]) if (file !== undefined && !existsSync(file)) return `There is no ${file}.`;
  if (existsSync(to)) return `${to} is there already: remove it, or name another.`;
  if (bundle !== undefined && !bundle.endsWith('.bundle'))
    return `${bundle} is no bundle: doorpad provision makes them in the folder bundles of the site.`;
  return missingPrograms(['mcopy']);
};

/** Throws with what is wrong with the settings. */
const checkSettings = (settings: string): void => {
  run(process.execPath, [join(project, 'src', 'main.ts'), 'check', '--config', settings, '--last-good', join(tmpdir(), 'doorpad-no-such-file')]);
};

const make = async ({ image, settings, bundle, to }: Asked): Promise<void> => {
  checkSettings(settings);
  const folder = await mkdtemp(join(tmpdir(), 'doorpad-card-'));
  try {
    run('cp', ['--sparse=always', image, to]);
    const bundles = bundle === undefined ? {} : { [basename(bundle)]: readFileSync(bundle) };
    changeBootPart(to, folder, { 'doorpad.toml': readFileSync(settings), ...bundles });
  } catch (thrown) {
    rmSync(to, { force: true });
    throw thrown;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const wanted = asked();
const wrong = typeof wanted === 'string' ? wanted : complaint(wanted);
if (typeof wanted === 'string' || wrong !== undefined) {
  process.stderr.write(`${wrong}\n`);
  process.exitCode = 1;
} else {
  try {
    await make(wanted);
    print(`${wanted.to}: write it to a card, and put that in. It holds the bundle of this reader: remove the file when the reader has its keys.`);
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`${said.replace(/^.* check .* ended with \d+:\n/, '')}\n`);
    process.exitCode = 1;
  }
}
