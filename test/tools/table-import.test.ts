/** `doorpad table import`: who may enter afterwards, what is refused, and that no digit is left anywhere. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Card } from '../../src/access/card.ts';
import { exitCodes } from '../../src/main.ts';
import { TableService } from '../../src/store/table-service.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { pinTag } from '../../src/table/tags.ts';
import { crypto, filesUnder, pin, programFile, textCard, Workplace } from './workplace.ts';

const at = new Workplace();

describe('doorpad table import', () => {
  const people = 'person,name,pin,duress_pin,cards,valid_until\n1,Ada,0417,9911,12345678;26:0x2ABCDEF,\n2,Bo,04170417,,,2027-03-31\n';

  it('makes keys, puts the people in force, and says so without a name or a digit', async () => {
    const { code, out, err } = await at.importPeople(people);
    expect([code, err]).toEqual([0, '']);
    expect(out.replaceAll(at.place, '').replace(/\(\S+\)\.$/m, '(‹zone›).')).toMatchInlineSnapshot(`
      "The names were passed over: a reader keeps none.
      Duress PINs are in the table, but entry.duress is off: they are wrong PINs until it is on.
      Days without a time were taken in the time zone of this machine (‹zone›).
      Keys for this reader were made in /data/keys. They stay on this card: low security (tier 0).
      A reader that runs already finds them when it is started again.
      Version 1 is in force: 2 people with 5 credentials.
      "
    `);
    expect([at.personOf(pin('0417')), at.personOf(pin('9911')), at.personOf(textCard('12345678')), at.personOf(pin('04170417'))]).toEqual([
      1, 1, 1, 2,
    ]);
    expect(at.personOf(new Card('bits', Uint8Array.of(0xaa, 0xf3, 0x7b, 0xc0), 26))).toBe(1);
    expect([at.personOf(pin('4170')), at.personOf(pin('00417')), at.personOf(textCard('0417'))]).toEqual([undefined, undefined, undefined]);
  });

  it('replaces the people before by a higher version, and changes nothing for the same list', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    expect((await at.importPeople('person,pin\n1,0418\n')).out).toContain('Version 2 is in force: 1 person with 1 credential.');
    expect([at.personOf(pin('0417')), at.personOf(pin('0418'))]).toEqual([undefined, 1]);
    expect((await at.importPeople('pin,person\n0418,1\n')).out).toBe('Version 2 is this table already: nothing was changed.\n');
    expect((await at.importPeople('person,pin\n')).out).toContain('Version 3 is in force: 0 people');
    expect(at.personOf(pin('0418'))).toBeUndefined();
  });

  it('is in force at a reader that runs, from the next look-up on, and leaves files for their owner only, whatever the umask', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    const { trust, tableKey } = at.keys();
    const { store } = await openTableStore(
      { directory: at.dataDir, crypto, trust, tableKey },
      startHere((data) => new TableService(data, crypto)),
    );
    const knows = async (digits: string): Promise<boolean> => (await store.find(pinTag(crypto, tableKey, pin(digits)))).found === 'record';
    expect([await knows('0417'), await knows('0418')]).toEqual([true, false]);
    const command = `umask 0; exec "${process.execPath}" "${programFile}" table import "${at.write('next.csv', 'person,pin\n1,0418\n')}" --config "${at.configFile}"`;
    expect((await promisify(execFile)('/bin/sh', ['-c', command])).stdout).toContain('Version 2 is in force');
    expect([await knows('0417'), await knows('0418')]).toEqual([false, true]);
    expect(await store.scrub()).toBe(true);
    for (const file of filesUnder(at.dataDir)) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
    await store.close();
  });

  it('refuses credentials and people that stand twice, by their lines, and shows none of them', async () => {
    const { code, out, err } = await at.importPeople(
      'person,pin,duress_pin,cards\n1,0417,,A1\n2,0417,,\n3,5555,0417,\n4,6666,6666,A1\n1,7777,,B2;B2\n',
    );
    expect([code, out]).toEqual([exitCodes.refused, '']);
    const twice = 'already; two people cannot share it, and one cannot have it twice.';
    const file = join(at.place, 'people.csv');
    expect(err.split('\n')).toEqual([
      `${file}:3: pin: The same is in line 2, pin ${twice}`,
      `${file}:4: duress_pin: The same is in line 3, pin ${twice}`,
      `${file}:5: duress_pin: The same is in line 5, pin ${twice}`,
      `${file}:5: cards: The same is in line 2, cards ${twice}`,
      `${file}:6: person: This person is on line 2 as well.`,
      `${file}:6: cards: The same is in line 6, cards ${twice}`,
      'Nothing was changed.',
      '',
    ]);
    expect(err).not.toMatch(/0417|5555|6666|7777/);
    expect(existsSync(at.dataDir)).toBe(false);
  });

  it('lists everything that is wrong at once, by line: what is no CSV, what may not be, and what stands twice', async () => {
    const { code, out, err } = await at.importPeople('person,pin,duress_pin,cards\n1,0417,,A1\n2,"04"18,,\n3,041,0417,\n1,,,\n0,,,A1\n4,"5555,,\n');
    expect([code, out]).toEqual([exitCodes.refused, '']);
    const twice = 'already; two people cannot share it, and one cannot have it twice.';
    const file = join(at.place, 'people.csv');
    expect(err.split('\n')).toEqual([
      `${file}:3: A field goes on after its closing quote, or holds a lone carriage return.`,
      expect.stringContaining(`${file}:4: pin: A PIN has at least 4 digits.`),
      `${file}:4: duress_pin: The same is in line 2, pin ${twice}`,
      `${file}:5: This person has neither a PIN nor a card.`,
      `${file}:5: person: This person is on line 2 as well.`,
      `${file}:6: person: It must be a whole number, 1 to 4294967295.`,
      `${file}:6: cards: The same is in line 2, cards ${twice}`,
      `${file}:7: A quote must stand around a whole field, be closed, and be doubled inside it.`,
      'Nothing was changed.',
      '',
    ]);
    expect(err).not.toMatch(/041|5555/);
  });

  it.each([
    ['a line is wrong', 'person,pin\n1,0417\n2,41\n', ':3: pin: A PIN has at least 4 digits'],
    ['it is empty', '', 'The file is empty'],
    ['it is no CSV', 'person,pin\n1,"0417\n', ':2: A quote'],
  ])('changes nothing when %s', async (_, csv, sentence) => {
    await at.importPeople('person,pin\n9,0409\n');
    const { code, out, err } = await at.importPeople(csv);
    expect([code, out]).toEqual([exitCodes.refused, '']);
    expect(err).toContain(sentence);
    expect(err).toContain('Nothing was changed.');
    expect([at.personOf(pin('0409')), at.personOf(pin('0417'))]).toEqual([9, undefined]);
  });

  it('refuses a file that is not there, and settings that are wrong', async () => {
    expect(await at.run(['table', 'import', join(at.place, 'none.csv'), '--config', at.configFile])).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringContaining('There is no such file.'),
    });
    at.write('doorpad.toml', '');
    expect((await at.importPeople(people)).code).toBe(exitCodes.settings);
    expect(existsSync(at.dataDir)).toBe(false);
  });

  it('refuses keys and directories that others can use', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    chmodSync(join(at.dataDir, 'keys', 'authority.json'), 0o640);
    expect((await at.importPeople('person,pin\n1,0418\n')).err).toContain('can be used by other users (mode 640)');
    chmodSync(join(at.dataDir, 'keys', 'authority.json'), 0o600);
    chmodSync(at.dataDir, 0o755);
    expect((await at.importPeople('person,pin\n1,0418\n')).err).toContain('can be used by other users (mode 755)');
  });

  it('says that a damaged table was replaced', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    for (const file of readdirSync(at.dataDir).filter((name) => name.startsWith('table.db')))
      writeFileSync(join(at.dataDir, file), 'not a database at all'.repeat(500));
    const { code, out } = await at.importPeople('person,pin\n1,0418\n');
    expect(code).toBe(0);
    expect(out).toContain('The table on disk was damaged');
    expect(at.personOf(pin('0418'))).toBe(1);
  });

  it('says that the disk failed, with code 70', async () => {
    mkdirSync(join(at.dataDir, 'table.db'), { recursive: true });
    chmodSync(at.dataDir, 0o700);
    expect(await at.importPeople('person,pin\n1,0417\n')).toMatchObject({ code: exitCodes.fault, err: expect.stringMatching(/^doorpad: /) });
  });

  it('leaves no digit of a PIN or card in any output or file, however written', async () => {
    const canaries = ['73519264', '60284917', '918273645546372819'];
    const csv = `person,name,pin,duress_pin,cards\n1,Ada,${canaries[0]},${canaries[1]},${canaries[2]}\n`;
    const outputs = [
      await at.importPeople(csv),
      await at.importPeople(`${csv}2,Bo,${canaries[0]},,\n`),
      await at.importPeople(`${csv}2,Bo,${canaries[0]}x,,${canaries[2]} ü\n`),
      await at.importPeople(`person,${canaries[0]}\n1,${canaries[1]}\n`),
      await at.importPeople(`person,pin\n1,${canaries[0]},\n"${canaries[1]}`),
      await at.run(['table', 'show', '--config', at.configFile]),
      await at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]),
      await at.run(['events', '--config', at.configFile]),
    ];
    const haystacks = [...outputs.map(({ out, err }) => Buffer.from(out + err)), ...filesUnder(at.dataDir).map((file) => readFileSync(file))];
    expect(haystacks.length).toBeGreaterThan(outputs.length + 2);
    expect(canaries.flatMap(writings).filter((needle) => Buffer.from(csv).includes(needle))).not.toEqual([]);
    for (const needle of canaries.flatMap(writings)) for (const haystack of haystacks) expect(haystack.includes(needle)).toBe(false);
  });

  /** A number as ASCII, UTF-16, reversed, hexadecimal, base64 and BCD, and as an integer either way round. */
  const writings = (digits: string): readonly Buffer[] => {
    const reversed = [...digits].reverse().join('');
    const integer = Buffer.from(BigInt(digits).toString(16).padStart(16, '0'), 'hex');
    const short = integer.subarray(integer.findIndex((byte) => byte !== 0));
    return [
      ...[digits, reversed].flatMap((text) => [
        Buffer.from(text),
        Buffer.from(text, 'utf16le'),
        Buffer.from(Buffer.from(text).toString('hex')),
        Buffer.from(text, 'hex'),
        Buffer.from([...text].map(Number)),
      ]),
      // The middle of the base64 is the same however the digits are aligned in what surrounds them.
      ...[0, 1, 2].map((pad) =>
        Buffer.from(
          Buffer.from('x'.repeat(pad) + digits)
            .toString('base64')
            .slice(4, -4),
        ),
      ),
      short,
      Buffer.from(short).reverse(),
    ];
  };
});
