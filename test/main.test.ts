/** The program as people use it: what it prints, and with which code it ends. What it leaves on disk is tested under tools/. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/main.ts';
import { type Ran, Workplace } from './tools/workplace.ts';

const at = new Workplace();

describe('doorpad', () => {
  it('helps, with examples, and says its version', async () => {
    const help = await at.run(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const word of ['run', 'check', 'events', 'table', 'Examples:', 'doorpad table import people.csv --config doorpad.toml'])
      expect(help.out).toContain(word);
    expect((await at.run(['version'])).out).toMatch(/^doorpad \d+\.\d+\.\d+\n$/);
  });

  it.each([[[]], [['chekc']], [['check', '--confg', 'x']], [['table', 'import']], [['events', '--last', '0']], [['events', '--profile', 'x']]])(
    'refuses wrong use with code 2: %j',
    async (argv) => {
      const { code, out, err } = await at.run(argv);
      expect([code, out]).toEqual([exitCodes.usage, '']);
      expect(err).not.toBe('');
    },
  );

  it('prints a settings file to start from', async () => {
    const { out } = await at.run(['settings']);
    expect((await at.run(['check', '--config', at.write('new.toml', out), '--last-good', at.lastGood])).code).toBe(0);
  });
});

describe('doorpad check', () => {
  const check = (): Promise<Ran> => at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]);
  const notKept = (): string =>
    `A door that runs goes on with the settings it has; it does not start with these, nor with earlier ones (${at.lastGood} cannot be used).`;

  it('says what the door will do, and what is low security', async () => {
    const { code, out, err } = await check();
    expect([code, err]).toEqual([0, '']);
    expect(out.replaceAll(at.place, '').replace(/[0-9a-f]{64}/, '‹hash›')).toMatchInlineSnapshot(`
      "/doorpad.toml is in order.

      "Gate" works as an RPK40, with a keypad. Mode: cardOrPin.
      There is no line: this door stands alone.
      A card or a PIN opens; a person with a PIN needs no card.
      PINs have 4 to 8 digits and end with #; digit 8 submits by itself. * clears what is typed, and so do 5 s without a key.
      5 wrong PINs by anybody make PIN entry wait 60 s, doubling to 15 min. Cards go on working.
      Duress PINs are off: one that is typed is a wrong PIN.
      The strike is released for 5 s (10 s for people with extended time), by this board's own output: it must be a fail-secure strike.
      No door contact is wired: a door that is forced, or stands open, is not noticed.
      Request-to-exit is not wired.
      No tamper contact is wired: an opened case is not noticed.
      Nobody enters unless it could be written down first.
      Until the clock has been set after a start, people with validity dates do not enter.
      While a controller is away, everybody in the table is served without a time limit.
      The last 200,000 events are kept; when they are full, a numbered gap says how many were lost.

      ! Low security: the strike is wired to this unit. Whoever takes it off the wall can release the strike with two wires.
      ! This reader has no keys and no table yet: it knows nobody.

      Hash of the settings: ‹hash›
      "
    `);
    expect(existsSync(at.dataDir)).toBe(false);
  });

  it('lists every error with its line on standard error, and ends with code 78', async () => {
    at.write('doorpad.toml', '[door]\nstrike = "x"\nstrikeSeconds = 0\n');
    const { code, out, err } = await check();
    expect([code, out]).toEqual([exitCodes.settings, '']);
    expect(err.split('\n')).toEqual([
      `${at.configFile}:2:1: door.strike cannot be "x". Allowed: "relay", "controller".`,
      `${at.configFile}:3:1: door.strikeSeconds cannot be 0. Allowed: a whole number, 1 to 60.`,
      notKept(),
      '',
    ]);
  });

  it.each([
    ['that is not there', () => rmSync(at.configFile), 'There is no such file.'],
    ['that is a directory', () => [rmSync(at.configFile), mkdirSync(at.configFile)], 'This is not a file.'],
    ['that is not text', () => at.write('doorpad.toml', Uint8Array.of(0xff, 0xfe)), 'The file is not UTF-8 text.'],
    ['that is huge', () => at.write('doorpad.toml', '#'.repeat(70_000)), 'The file is larger than 65536 bytes.'],
  ])('refuses a file %s', async (_, spoil, sentence) => {
    spoil();
    expect(await check()).toEqual({ code: exitCodes.settings, out: '', err: `${at.configFile}: ${sentence}\n${notKept()}\n` });
  });

  it('says with which settings a door goes on when the file is wrong', async () => {
    writeFileSync(at.lastGood, readFileSync(at.configFile));
    at.write('doorpad.toml', '');
    expect((await check()).err).toContain(`The door goes on with the settings it last ran with (${at.lastGood}), also when it is started anew.\n`);
  });

  it('says which changes weaken the door it last ran with', async () => {
    writeFileSync(at.lastGood, readFileSync(at.configFile, 'utf8').replace('[door]', '[door]\nstrikeSeconds = 3'));
    expect((await check()).out).toContain('! Weaker than what the door last ran with: door.strikeSeconds.');
  });

  it('warns of keys that others could read', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    const { out } = await check();
    expect(out).toContain('the keys that sign its table are on the same card');
    expect(out).toContain('Table version 1 is in force: 1 person with 1 credential.\n');
    rmSync(join(at.dataDir, 'table.db'));
    expect((await check()).out).toContain('This reader has no table yet: nobody gets in until one is imported (doorpad table import).\n');
    chmodSync(join(at.dataDir, 'keys', 'reader.json'), 0o644);
    expect((await check()).out).toContain('can be used by other users (mode 644)');
  });
});

describe('doorpad card', () => {
  it('tells people how to enter, with the times of this door', async () => {
    writeFileSync(
      at.configFile,
      `${readFileSync(at.configFile, 'utf8')}[entry]\nwindowSeconds = 20\n[reader.x]`
        .replace('[reader.x]', '')
        .replace('name = "Gate"', 'name = "Gate"\nmode = "cardAndPin"'),
    );
    expect((await at.run(['card', '--config', at.configFile])).out).toMatchInlineSnapshot(`
      "+--------------------------------------------------------------+
      | Gate                                                         |
      |                                                              |
      | Hold your card to the reader.                                |
      | Type your PIN, then press #. With 8 digits you need no #.    |
      | You have 20 s.                                               |
      | A mistake? Press * and start again. After 5 s without a key, |
      | start again too.                                             |
      | After 20 s, hold your card to the reader again.              |
      | Green light: open the door.                                  |
      | Red light: no entry.                                         |
      | After 5 wrong PINs the keypad takes no PIN for 5 min or      |
      | longer.                                                      |
      +--------------------------------------------------------------+
      "
    `);
  });
});

describe('doorpad table show', () => {
  const show = (): Promise<Ran> => at.run(['table', 'show', '--config', at.configFile]);

  it('says that there is nothing yet, and makes nothing', async () => {
    expect(await show()).toEqual({ code: 0, out: 'This reader has no keys and no table: nobody gets in.\n', err: '' });
    expect(existsSync(at.dataDir)).toBe(false);
  });

  it('says which version is in force, for which reader', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    expect((await show()).out).toMatch(
      /^Version 1 is in force: 1 person with 1 credential\.\nContent hash: [0-9a-f]{64}\nSite: [0-9a-f]{32}\nReader: [0-9a-f]{32}\n$/,
    );
  });

  it('says that a table is missing, damaged, or not of these keys', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    writeFileSync(join(at.dataDir, 'table.db'), 'not a database at all'.repeat(500));
    expect(await show()).toMatchObject({ code: exitCodes.fault, err: expect.stringMatching(/^doorpad: /) });
    rmSync(join(at.dataDir, 'table.db'));
    expect((await show()).out).toContain('There is no table: nobody gets in.');
    await at.importPeople('person,pin\n1,0417\n');
    const path = join(at.dataDir, 'keys', 'reader.json');
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace(/"tableKey":"."/, '"tableKey":"x')
        .replace(/"tableKey":"x?[0-9a-f]{64}/, `"tableKey":"${'0'.repeat(64)}`),
    );
    expect(await show()).toMatchObject({ code: exitCodes.fault, err: expect.stringContaining('written with other keys') });
  });
});
