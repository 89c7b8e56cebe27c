/**
 * The same search over the real program: its commands, its log, its files and its end. Left out are the files that somebody
 * else made (the list of people and the settings), and, where keys are looked for, the keys' own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { exitCodes } from '../../src/main.ts';
import { columns } from '../../src/tools/people-columns.ts';
import { RealDoor, type StartOptions, soon } from '../boot/real-door.ts';
import { filesUnder, programFile } from '../tools/workplace.ts';
import { Net } from './net.ts';
import { canaryDigits } from './rehearsal.ts';
import { type Hit, Scanner } from './scan.ts';

const seed = Number(process.env.DOORPAD_SEED ?? 20_261_122);
const random = new Random(seed).fork('process');
const pins = {
  right: canaryDigits(random),
  duress: canaryDigits(random),
  wrong: canaryDigits(random),
  abandoned: canaryDigits(random, 7),
  atTheEnd: canaryDigits(random, 7),
};
const cards = { known: canaryDigits(random, 10), unknown: canaryDigits(random, 10) };
const bits = random.bytes(8);
const hexOfBits = Buffer.from(bits).toString('hex');
const scanner = new Scanner([...Object.entries({ ...pins, ...cards }).map(([name, digits]) => ({ name, digits })), { name: 'bits', bytes: bits }]);
const people = `person,pin,duress_pin,cards\n1,${pins.right},${pins.duress},${cards.known};64:0x${hexOfBits}\n`;

const door = new RealDoor();
const theirs = ['people.csv', 'doorpad.toml', 'last-good.toml'];

/** What a command prints, as a process of its own. */
const command = (net: Net, ...argv: readonly string[]): number | null => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programFile, ...argv, '--config', door.at.configFile]);
  net.add(`${argv[0]} stdout`, stdout);
  net.add(`${argv[0]} stderr`, stderr);
  return status;
};

const catchFiles = (net: Net): void => {
  for (const path of filesUnder(door.at.place))
    if (!theirs.includes(relative(door.at.place, path))) net.add(relative(door.at.place, path), readFileSync(path));
};

/** People come, type and show; then something unforeseen is thrown while a PIN is half typed. */
const openDay = async (net: Net, options: StartOptions = {}): Promise<readonly Hit[]> => {
  door.configure({ log: 'debug', more: '[entry]\nduress = true' });
  expect(command(net, 'table', 'import', door.at.write('people.csv', people))).toBe(0);
  const planted = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("planted")})';
  const running = await door.start({ ...options, nodeArgv: ['--import', planted, ...(options.nodeArgv ?? [])] });
  for (const name of ['cmdline', 'environ']) net.add(name, readFileSync(`/proc/${running.pid}/${name}`));
  door.type(pins.right);
  await door.released();
  door.type(pins.abandoned);
  door.type('*');
  door.type(pins.wrong);
  await door.recorded('credential.notFound');
  door.swipe(cards.unknown);
  await soon(async () => expect((await door.codes()).filter((code) => code === 'credential.notFound')).toHaveLength(2));
  door.swipe(cards.known);
  await door.released();
  door.type(pins.duress);
  await door.released();
  // While it runs: what is on disk is not yet tidied.
  catchFiles(net);
  door.type(pins.atTheEnd);
  await soon(() => expect(door.read('buzzer', 'activate')).toBe('1'));
  expect(await running.stop('SIGUSR2')).toMatchObject({ code: 70 });
  expect(running.err).toContain('Error: planted');
  net.add('log', running.out);
  net.add('stderr', running.err);
  catchFiles(net);
  for (const argv of [['events'], ['events', '--json'], ['events', '--profile', 'genea-2025'], ['table', 'show'], ['check']]) command(net, ...argv);
  return net.hits(scanner);
};

describe(`canary PINs and card numbers (seed ${seed}) at the real program`, () => {
  it('appear in no log, event, error, file or crash text, nor does a key', async () => {
    const net = new Net();
    expect(await openDay(net)).toEqual([]);
    const read = (name: string): unknown => JSON.parse(readFileSync(join(door.at.dataDir, 'keys', name), 'utf8'));
    const reader = read('reader.json') as { readonly table: { readonly tableKey: string } };
    const authority = read('authority.json') as { readonly seed: string };
    const keys = { tableKey: reader.table.tableKey, seed: authority.seed };
    const keyScanner = new Scanner(Object.entries(keys).map(([name, key]) => ({ name, bytes: Buffer.from(key, 'hex') })));
    const places = net.hits(keyScanner).map(({ place }) => place);
    expect(new Set(places)).toEqual(new Set(['data/keys/reader.json', 'data/keys/authority.json']));
  });

  it('appear in no error about a list of people, whichever column they are in', async () => {
    const net = new Net();
    const refused = async (csv: string): Promise<boolean> => {
      const { code, out, err } = await door.at.importPeople(csv);
      for (const text of [out, err]) net.add('import', text);
      return code === exitCodes.refused;
    };
    const { right } = pins;
    const spoilt = [`${right}9`, `${right}x`, `"${right},1"`, `${right}:0x${right}`, `${right.at(0)}.${right.slice(1)}E+7`, `-${right}`, ` ${right}`];
    for (const [at, column] of columns.entries()) {
      const lines = spoilt.map((value, line) => columns.map((_, index) => (index === at ? value : index === 0 ? `${line + 1}` : '')).join(','));
      const isRefused = await refused(`${columns.join(',')}\n${lines.join('\n')}\n`);
      if (column !== 'name') expect([column, isRefused]).toEqual([column, true]);
    }
    expect(await refused(`person,pin,cards\n1,${right},${cards.known}\n2,${right},${cards.known}\n`)).toBe(true);
    expect(await refused(`person,${right}\n1,2\n`)).toBe(true);
    expect(await refused(`person,pin\n1,"${right}\n`)).toBe(true);
    expect(await refused(`person,pin\n1,${right},${right}\n`)).toBe(true);
    expect(net.bytes).toBeGreaterThan(1_000);
    expect(net.hits(scanner)).toEqual([]);
  });

  it('are found when a careless part logs what it hashes, or stores it', async () => {
    const careless = `import crypto from "node:crypto"; import { syncBuiltinESMExports } from "node:module";
      const hash = crypto.hash; crypto.hash = (name, data, ...more) => { process.stderr.write(Buffer.from(data).toString("base64") + "\\n"); return hash(name, data, ...more); };
      syncBuiltinESMExports();`;
    const hits = await openDay(new Net(), { nodeArgv: ['--import', `data:text/javascript,${encodeURIComponent(careless)}`] });
    expect(new Set(hits.map(({ secret, place }) => `${secret} in ${place}`))).toEqual(
      new Set(['right', 'wrong', 'duress', 'known', 'unknown'].map((secret) => `${secret} in stderr`)),
    );
  });
});
