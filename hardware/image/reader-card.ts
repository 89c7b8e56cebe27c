/**
 * `npm run card -- --settings FILE --bundle FILE --to FILE`: the card of one reader, to be written and put in: a copy of the image with its settings, and its
 * bundle, on the first partition. Decides what may go there; whether settings and bundle fit is what doorpad check says. Needs mtools, and neither root
 * nor the network.
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, normalize, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parse } from 'smol-toml';
import { changeBootPart } from './boot-part.ts';
import { partitionOf } from './card.ts';
import { missingPrograms, print, project, run } from './host.ts';
import { out } from './out.ts';

const usage = `npm run card -- --settings doorpad.toml [--bundle 001-gate.bundle] --to gate.img [--image doorpad.img]
Without --image the one that npm run image has made. Settings are checked first, and no file is written over.`;

const settingsName = 'doorpad.toml';

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
  if (bundle !== undefined && !bundle.toLowerCase().endsWith('.bundle'))
    return `${bundle} is no bundle: doorpad provision makes them in the folder bundles of the site.`;
  return (
    missingPrograms(['mcopy']) ??
    (isCard(image) ? undefined : `${image} is no image of doorpad: npm run image makes one, and an .xz is unpacked first.`)
  );
};

/** Its first partition can be looked at. */
const isCard = (image: string): boolean => {
  try {
    run('mdir', ['-b', '-i', `${image}@@${partitionOf('boot').startMiB}M`, `::/${settingsName}`], { env: { MTOOLS_SKIP_CHECK: '1' } });
    return true;
  } catch {
    return false;
  }
};

/** The only place of a card that takes writes. */
const dataFolder = '/data/';

/** Throws with what is wrong with the settings of this folder, or with the bundle beside them: what doorpad check says of them. */
const checkSettings = (folder: string): void => {
  const [file, lastGood] = [join(folder, settingsName), join(folder, 'last-good.toml')];
  run(process.execPath, [join(project, 'src', 'main.ts'), 'check', '--config', file, '--last-good', lastGood]);
  const { reader } = parse(readFileSync(file, 'utf8')) as { readonly reader?: { readonly dataDir?: string } };
  // Left out, it is a place that a card links to that folder.
  if (reader?.dataDir !== undefined && !normalize(reader.dataDir).startsWith(dataFolder))
    throw new Error(`dataDir is ${JSON.stringify(reader.dataDir)}: on a card nothing but ${dataFolder} can be written.`);
};

const make = async ({ image, settings, bundle, to }: Asked): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'doorpad-card-'));
  try {
    const files: Record<string, Buffer> = { [settingsName]: readFileSync(settings) };
    if (bundle !== undefined) files[basename(bundle)] = readFileSync(bundle);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes, { mode: 0o600 });
    checkSettings(folder);
    // As secret as the bundle in it, from its first byte on.
    closeSync(openSync(to, 'wx', 0o600));
    try {
      run('cp', ['--sparse=always', image, to]);
      changeBootPart(to, folder, files);
    } catch (thrown) {
      rmSync(to, { force: true });
      throw thrown;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** What doorpad check says is wrong: not which program was run, nor what becomes of a door that runs with these settings, for none does. */
const sentencesOf = (said: string): string =>
  said
    .split('\n')
    .filter((line) => !/ check .* ended with \d+:$/.test(line) && !line.startsWith('A door that runs goes on'))
    .join('\n');

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
    process.stderr.write(`${sentencesOf(said)}\n`);
    process.exitCode = 1;
  }
}
