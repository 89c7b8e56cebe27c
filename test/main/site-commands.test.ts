/** Keys of a site, from the installer's desk to the reader: what the commands print, refuse, and leave on disk. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Asked, Terminal } from '../../src/main/terminal.ts';
import { exitCodes } from '../../src/main.ts';
import { readLineKeys, readReaderKeys } from '../../src/tools/key-store.ts';
import { filesUnder, type Ran, Workplace } from '../tools/workplace.ts';

const at = new Workplace();

const terminal = (typed?: string, asked: Asked = typed === undefined ? 'nobody' : { typed }): Terminal => ({
  isOutShown: true,
  isErrShown: false,
  ask: () => Promise.resolve(asked),
  askUnseen: () => Promise.resolve(asked),
});
const sitePath = (): string => join(at.place, 'site');
const provision = (argv: readonly string[], shown: Terminal | undefined = terminal()): Promise<Ran> =>
  at.run(['provision', '--site', sitePath(), ...argv], shown === undefined ? {} : { terminal: shown });
const gate = ['--name', 'Gate', '--address', '1', '--serial', 'A-17'];
const bundle = (): string => join(sitePath(), 'bundles', '001-gate.bundle');
const install = (argv: readonly string[], typed?: string): Promise<Ran> =>
  at.run(['install-keys', bundle(), '--config', at.configFile, ...argv], { terminal: terminal(typed) });
const codeIn = (text: string): string => /\d{4} \d{4} \d{4}/.exec(text)?.[0] ?? '';
const secretsOf = (): readonly string[] => {
  const { authority, readers } = JSON.parse(readFileSync(join(sitePath(), 'controller.json'), 'utf8')) as {
    authority: { publicKey: string };
    readers: readonly { tableKey: string; scbk: string }[];
  };
  const { seed } = JSON.parse(readFileSync(join(sitePath(), 'authority.json'), 'utf8')) as { seed: string };
  expect(authority.publicKey).toHaveLength(64);
  return [seed, ...readers.flatMap(({ tableKey, scbk }) => [tableKey, scbk])];
};

describe('doorpad provision', () => {
  it('makes a site and a reader, and shows the code once, on the terminal', async () => {
    const { code, out, err } = await provision(gate);
    expect([code, err]).toEqual([0, '']);
    expect(out.replaceAll(at.place, '').replace(codeIn(out), '‹code›')).toMatchInlineSnapshot(`
      "The site was made in /site. Keep a copy of it in a safe place: its readers obey no other site.
      "Gate", address 1: bundle bundles/001-gate.bundle, label labels/001-gate.svg

      The codes are shown this once, and stand in no file. Carry each another way than its bundle:
      ‹code›  bundles/001-gate.bundle

      At each reader: say the address in [line] of its settings. A card of doorpad takes its bundle beside them, and the code at the keypad;
      where there is a login: doorpad install-keys BUNDLE
      To print: the labels in /site/labels.html, a sheet for each reader in /site/wiring.html; no key and no code is on them.
      The controller imports /site/controller.json.
      "
    `);
    const written = filesUnder(sitePath()).map((path) => readFileSync(path, 'utf8'));
    for (const content of written) expect(content).not.toContain(codeIn(out));
    for (const secret of secretsOf()) expect(out).not.toContain(secret);
  });

  it('shows no code where nobody sees it, and makes nothing then', async () => {
    for (const shown of [undefined, { ...terminal(), isOutShown: false }]) {
      const ran = await at.run(['provision', '--site', sitePath(), ...gate], shown === undefined ? {} : { terminal: shown });
      expect(ran).toMatchObject({ code: exitCodes.refused, out: '', err: expect.stringContaining('--codes-file FILE') });
    }
    expect(existsSync(sitePath())).toBe(false);
  });

  it('names what cannot be written, and what is no directory', async () => {
    expect(await provision([...gate, '--codes-file', '/no/such/codes'])).toEqual({
      code: exitCodes.refused,
      out: '',
      err: '/no/such/codes cannot be written: it is not there, or the directory it is to be in (ENOENT).\nNothing was changed.\n',
    });
    expect(existsSync(sitePath())).toBe(false);
    const file = at.write('people.csv', '');
    expect((await at.run(['provision', '--site', file, ...gate], { terminal: terminal() })).err).toBe(
      `${file} is not a directory.\nNothing was changed.\n`,
    );
  });

  it('takes names that differ in capitals only for one, in a list and in a site', async () => {
    const list = at.write('readers.csv', 'name,address\nGate,1\ngate,2\nYard,1\nHof,200\n');
    const { code, err } = await provision(['--csv', list]);
    expect([code, err.split('\n').slice(0, 3)]).toEqual([
      exitCodes.refused,
      [
        `${list}:3: This name is on line 2 as well: each reader needs a name and an address of its own.`,
        `${list}:4: This address is on line 2 as well: each reader needs a name and an address of its own.`,
        `${list}:5: An address is a whole number, 0 to 126.`,
      ],
    ]);
    await provision(gate);
    expect((await provision(['--name', 'GATE', '--address', '2'])).err).toContain('the site has "Gate" at address 1, serial A-17 already');
  });

  it('puts the codes into a private file that is new', async () => {
    const codes = join(at.place, 'codes.txt');
    const { code, out } = await provision([...gate, '--codes-file', codes], { ...terminal(), isOutShown: false });
    expect([code, codeIn(out)]).toEqual([0, '']);
    expect(statSync(codes).mode & 0o777).toBe(0o600);
    expect(readFileSync(codes, 'utf8')).toMatch(/^\d{4} \d{4} \d{4} {2}bundles\/001-gate\.bundle\n$/);
    expect(await provision(['--name', 'Yard', '--address', '2', '--codes-file', codes])).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringContaining('is there already: name a new file'),
    });
  });

  it('takes many readers from a file, and says which were there', async () => {
    await provision(gate);
    const csv = at.write('readers.csv', 'name,address\nGate,1\nYard,2\n');
    const { code, out } = await provision(['--csv', csv]);
    expect(code).toBe(0);
    expect(out).toContain('"Gate" was there already: nothing was changed for it.');
    expect(out).toContain('"Yard", address 2: bundle bundles/002-yard.bundle, label labels/002-yard.svg');
    expect((await provision(['--csv', csv])).out).not.toContain('codes');
    expect(codeIn((await provision([...gate, '--new-code'])).out)).not.toBe('');
  });

  it.each([
    [[], exitCodes.usage, 'Say --name and --address of one reader, or --csv FILE for many.'],
    [['--name', 'Gate'], exitCodes.usage, 'Say --name and --address'],
    [['--csv', 'x', '--name', 'Gate'], exitCodes.usage, 'Say either --csv FILE'],
    [['--csv', '/no/such/file'], exitCodes.refused, '/no/such/file: There is no such file.\nNothing was changed.'],
    [['--name', 'Gate', '--address', '127'], exitCodes.refused, 'An address is a whole number, 0 to 126.\nNothing was changed.'],
  ])('refuses %j', async (argv, code, sentence) => {
    expect(await provision(argv)).toMatchObject({ code, out: '', err: expect.stringContaining(sentence) });
    expect(existsSync(sitePath())).toBe(false);
  });

  it('names the line of a list that is wrong, and changes nothing', async () => {
    const csv = at.write('readers.csv', 'name,address\nGate,1\nYard,200\n');
    expect(await provision(['--csv', csv])).toMatchObject({
      code: exitCodes.refused,
      err: `${csv}:3: An address is a whole number, 0 to 126.\nNothing was changed.\n`,
    });
    expect(await provision(['--csv', at.write('empty.csv', Uint8Array.of(0xff))])).toMatchObject({
      err: expect.stringContaining('empty.csv: The file'),
    });
    await provision(gate);
    expect(await provision(['--name', 'Other', '--address', '1'])).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringContaining('the site has "Gate" at address 1'),
    });
  });
});

describe('doorpad install-keys', () => {
  it('gives the keys of a bundle to a reader that has none, once', async () => {
    const typed = codeIn((await provision(gate)).out);
    at.write('doorpad.toml', `${readFileSync(at.configFile, 'utf8')}[line]\nport = "/dev/ttyS0"\naddress = 1\n`);
    const { code, out, err } = await install([], typed);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('This reader is "Gate" of its site');
    for (const secret of [...secretsOf(), typed]) expect(out).not.toContain(secret);
    const keys = readReaderKeys(at.dataDir);
    const line = readLineKeys(at.dataDir);
    expect(keys.ok && Buffer.from(keys.value?.tableKey.reveal() ?? []).toString('hex')).toBe(secretsOf()[1]);
    expect(line.ok && Buffer.from(line.value.current?.reveal() ?? []).toString('hex')).toBe(secretsOf()[2]);
    expect(await install([], typed)).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining('has keys already: those of a site') });
    const checked = await at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]);
    expect(checked.code).toBe(0);
    expect(checked.out).toContain('only the site can add people');
    expect(checked.out).toMatch(
      /This reader belongs to site [0-9a-f]{32}, as "Gate" at address 1\.\nThis reader has no table yet: nobody gets in until its controller has sent one\.\n/,
    );
    expect((await at.run(['table', 'show', '--config', at.configFile])).out).toContain('There is no table');
    expect(await at.importPeople('no list at all')).toEqual({
      code: exitCodes.refused,
      out: '',
      err: 'This reader belongs to a site: its table comes from its controller. Change the people there.\nNothing was changed.\n',
    });
  });

  it('leaves a reader of which check says when its settings name another address than its keys, and what to do', async () => {
    const typed = codeIn((await provision(gate)).out);
    at.write('doorpad.toml', `${readFileSync(at.configFile, 'utf8')}[line]\nport = "/dev/ttyS0"\naddress = 1\n`);
    await install([], typed);
    const check = (): Promise<Ran> => at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]);
    at.write('doorpad.toml', readFileSync(at.configFile, 'utf8').replace('address = 1', 'address = 9'));
    const wrong = await check();
    expect(wrong).toMatchObject({
      code: exitCodes.refused,
      out: expect.stringContaining('is in order by itself, but this reader is not: see the end.'),
      err: expect.stringMatching(/^The keys of this reader are for address 1, and line\.address is 9: .* Say address = 1 in \[line\]/),
    });
    at.write('doorpad.toml', readFileSync(at.configFile, 'utf8').replace('address = 9', 'address = 1'));
    const settings = { address: 1, baudRate: 9_600 };
    writeFileSync(join(at.dataDir, 'line.json'), JSON.stringify({ format: 1, file: settings, set: { ...settings, baudRate: 38_400 } }), {
      mode: 0o600,
    });
    expect(await check()).toMatchObject({ code: 0, out: expect.stringContaining('Over the line it was set to address 1 and 38400 baud') });
    writeFileSync(join(at.dataDir, 'line.json'), '{}');
    writeFileSync(join(at.dataDir, 'table.db'), 'not a database at all'.repeat(500));
    const damaged = await check();
    expect(damaged.code).toBe(exitCodes.refused);
    expect(damaged.err.trimEnd().split('\n')).toEqual([expect.stringContaining('table'), expect.stringContaining('line.json is damaged')]);
  });

  it('reads the code from a file, and says what the settings lack', async () => {
    const codes = join(at.place, 'codes.txt');
    await provision([...gate, '--codes-file', codes]);
    const codeFile = at.write('code', `${codeIn(readFileSync(codes, 'utf8'))}\n`);
    expect(await install(['--code-file', codeFile])).toMatchObject({
      code: 0,
      err: 'The settings name no line: say [line] with port and address = 1.\n',
    });
  });

  it('finds the code of a bundle in the file that provisioning wrote', async () => {
    const codes = join(at.place, 'codes.txt');
    await provision(['--name', 'Yard', '--address', '2', '--codes-file', join(at.place, 'others.txt')]);
    await provision([...gate, '--codes-file', codes]);
    writeFileSync(codes, `${readFileSync(join(at.place, 'others.txt'), 'utf8')}${readFileSync(codes, 'utf8')}`);
    expect(await install(['--code-file', codes])).toMatchObject({ code: 0 });
  });

  it('refuses the bundle of another address than the settings have, and writes nothing', async () => {
    const typed = codeIn((await provision(gate)).out);
    at.write('doorpad.toml', `${readFileSync(at.configFile, 'utf8')}[line]\nport = "/dev/ttyS0"\naddress = 9\n`);
    const refused = await install([], typed);
    expect(refused).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining('for address 1; the settings say address 9.') });
    at.write('doorpad.toml', readFileSync(at.configFile, 'utf8').replace('address = 9', 'address = 1'));
    expect(await install([], typed)).toMatchObject({ code: 0, err: '' });
  });

  it('refuses a wrong code, no code, no bundle, and a reader with keys of its own', async () => {
    const typed = codeIn((await provision(gate)).out);
    const refused = (err: string): unknown => ({ code: exitCodes.refused, out: '', err: expect.stringContaining(err) });
    expect(await install([], '000000000000')).toEqual(refused('The code is not the one of this bundle'));
    const short = await install([], '1234');
    expect(short).toEqual(refused('A code has 12 digits, and nothing else but spaces.'));
    expect(short.err.match(/Try again\./g)).toHaveLength(2);
    const codeFile = at.write('code', 'x');
    expect(await install(['--code-file', codeFile])).toEqual({
      code: exitCodes.refused,
      out: '',
      err: `${codeFile}: A code has 12 digits, and nothing else but spaces.\nNothing was changed.\n`,
    });
    expect(await install([])).toEqual(refused('say --code-file FILE'));
    const gaveUp = at.run(['install-keys', bundle(), '--config', at.configFile], { terminal: terminal(undefined, 'gaveUp') });
    expect(await gaveUp).toEqual({ code: exitCodes.refused, out: '', err: 'No code was typed.\nNothing was changed.\n' });
    expect(await install(['--code-file', '/no/such/file'])).toEqual(refused('There is no such file'));
    expect(existsSync(at.dataDir)).toBe(false);
    const run = (file: string): Promise<Ran> => at.run(['install-keys', file, '--config', at.configFile], { terminal: terminal(typed) });
    expect(await run(at.configFile)).toEqual(refused('This is not a bundle.'));
    expect(await run('/no/such/file')).toEqual(refused('There is no such file'));
    await at.importPeople('person,pin\n1,0417\n');
    expect(await install([], typed)).toEqual(refused('its own, from working stand-alone'));
    writeFileSync(join(at.dataDir, 'keys', 'reader.json'), '{}');
    expect(await install([], typed)).toEqual(refused('is damaged'));
    at.write('doorpad.toml', '');
    expect(await install([], typed)).toMatchObject({ code: exitCodes.settings });
  });

  it('asks again for a code that was mistyped', async () => {
    const typed = codeIn((await provision(gate)).out);
    const answers = ['000000000000', typed];
    const asking = { ...terminal(), askUnseen: () => Promise.resolve({ typed: answers.shift() ?? '' }) };
    const installed = await at.run(['install-keys', bundle(), '--config', at.configFile], { terminal: asking });
    expect(installed).toMatchObject({
      code: 0,
      err: expect.stringContaining('The code is not the one of this bundle, or the bundle is damaged. Try again.\n'),
    });
  });

  it('refuses a data directory that others can use', async () => {
    const typed = codeIn((await provision(gate)).out);
    at.write('data', '');
    expect(await install([], typed)).toMatchObject({ code: exitCodes.refused });
  });
});
