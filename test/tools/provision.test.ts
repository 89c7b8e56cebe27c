/** A site on disk: keys are made once, bundles open with their code alone, and what cannot be done leaves everything as it was. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { isWeakScbk } from '../../src/osdp/scbk.ts';
import type { Result } from '../../src/shared/result.ts';
import { codeFrom, codeText, maxBundleBytes, newCode, openBundle, type ReaderPlace } from '../../src/tools/provision-bundle.ts';
import { readerPlaceFrom, readReaderList } from '../../src/tools/provision-list.ts';
import { isTestSite, type Provisioned, provision, readSite, type Site } from '../../src/tools/provision-site.ts';
import { filesUnder } from './workplace.ts';

const crypto = new NodeCrypto();
let place: string;
let directory: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doorpad-site-'));
  directory = join(place, 'site');
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

const gate: ReaderPlace = { name: 'Gate', address: 1, serial: 'A-17' };
const yard: ReaderPlace = { name: 'Höfe', address: 126, serial: undefined };
const taken = <Value, Failure>(result: Result<Value, Failure>): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
};
const make = async (readers: readonly ReaderPlace[], isRenewing = false): Promise<Provisioned> =>
  taken(await provision(directory, readers, { crypto, isRenewing }));
const refusal = async (readers: readonly ReaderPlace[]): Promise<string> => {
  const made = await provision(directory, readers, { crypto, isRenewing: false });
  return made.ok ? 'none' : made.failure.join('\n');
};
const site = (): Site => {
  const read = taken(readSite(directory));
  if (read === undefined) throw new Error('no site');
  return read;
};
const contents = (): Readonly<Record<string, string>> => Object.fromEntries(filesUnder(place).map((path) => [path, readFileSync(path, 'utf8')]));
const bundleBytes = (name: string): Uint8Array => readFileSync(join(directory, name));

describe('a site for tests', () => {
  const asTest = { crypto, isRenewing: false, isTest: true };

  it('says so in its id, and is the only kind that tests add readers to', async () => {
    taken(await provision(directory, [gate], asTest));
    expect(isTestSite(site().site)).toBe(true);
    expect(taken(await provision(directory, [yard], asTest)).isNewSite).toBe(false);
  });

  it('is no site of real doors: those are refused, and stay as they are', async () => {
    await make([gate]);
    expect(isTestSite(site().site)).toBe(false);
    const before = contents();
    expect(await provision(directory, [gate], asTest)).toMatchObject({ ok: false, failure: [expect.stringContaining('real doors')] });
    expect(contents()).toEqual(before);
  });

  it('is never made by chance for real doors', async () => {
    const likeTest = new TextEncoder().encode('TEST and 12 more');
    let draws = 0;
    const unlucky = Object.assign(new NodeCrypto(), {
      randomBytes: (length: number) => (length === 16 && draws++ === 0 ? likeTest : crypto.randomBytes(length)),
    });
    taken(await provision(directory, [gate], { crypto: unlucky, isRenewing: false }));
    expect(draws).toBeGreaterThan(1);
    expect(isTestSite(site().site)).toBe(false);
  });
});

describe('a site', () => {
  it('is made with its authority and the keys of each reader, private to their owner', async () => {
    const made = await make([gate, yard]);
    expect(made).toMatchObject({ isNewSite: true, unchanged: [], issued: [{ place: gate }, { place: yard }] });
    expect(made.issued.map(({ bundle, label }) => [bundle, label])).toEqual([
      ['bundles/001-gate.bundle', 'labels/001-gate.svg'],
      ['bundles/126-hoefe.bundle', 'labels/126-hoefe.svg'],
    ]);
    for (const path of filesUnder(directory)) expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const path of ['', 'bundles', 'labels']) expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
    const { readers, authority, authoritySeed } = site();
    expect(readers.map(({ place: where }) => where)).toEqual([gate, yard]);
    const message = Uint8Array.of(1);
    expect(crypto.verify(authority, message, crypto.sign(authoritySeed, message))).toBe(true);
    const secrets = readers.flatMap(({ keys }) => [keys.trust.reader, keys.tableKey.reveal(), keys.scbk.reveal()]).map((key) => key.join());
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(readers.some(({ keys }) => isWeakScbk(keys.scbk))).toBe(false);
    expect(readdirSync(place)).toEqual(['site']);
  });

  it('gives its controller a file of a known form', async () => {
    await make([gate, yard]);
    const hex = (bytes: number): unknown => expect.stringMatching(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
    const keys = { reader: hex(16), tableKey: hex(32), scbk: hex(16) };
    expect(JSON.parse(readFileSync(join(directory, 'controller.json'), 'utf8'))).toEqual({
      format: 1,
      site: hex(16),
      authority: { publicKey: hex(32), seedFile: 'authority.json' },
      readers: [
        { name: 'Gate', address: 1, serial: 'A-17', ...keys },
        { name: 'Höfe', address: 126, serial: null, ...keys },
      ],
    });
    expect(JSON.parse(readFileSync(join(directory, 'authority.json'), 'utf8'))).toEqual({ format: 1, seed: hex(32) });
  });

  it('takes more readers, and never replaces a key', async () => {
    await make([gate]);
    const before = contents();
    const made = await make([gate, yard]);
    expect(made).toMatchObject({ isNewSite: false, unchanged: [gate], issued: [{ place: yard }] });
    const after = contents();
    const isOfAll = (path: string): boolean => /(?:controller\.json|\.html)$/.test(path);
    for (const [path, content] of Object.entries(before)) if (!isOfAll(path)) expect(after[path]).toBe(content);
    expect(site().readers.map(({ place: { name } }) => name)).toEqual(['Gate', 'Höfe']);
    const first = JSON.parse(before[join(directory, 'controller.json')] ?? '') as { readers: readonly unknown[] };
    const second = JSON.parse(after[join(directory, 'controller.json')] ?? '') as { readers: readonly unknown[] };
    expect(second.readers[0]).toEqual(first.readers[0]);
    expect(await make([{ ...gate, serial: undefined }])).toMatchObject({ issued: [] });
  });

  it('gives a reader a new bundle and code for the keys it has, when asked', async () => {
    const [first] = (await make([gate])).issued;
    const old = bundleBytes('bundles/001-gate.bundle');
    const before = site();
    const [second] = (await make([gate], true)).issued;
    if (first === undefined || second === undefined) throw new Error('no bundle');
    expect(site()).toEqual(before);
    expect(await openBundle(old, second.code)).toEqual({ ok: false, failure: 'wrongCode' });
    const opened = taken(await openBundle(bundleBytes(second.bundle), second.code));
    expect(opened.keys.tableKey.reveal()).toEqual(before.readers[0]?.keys.tableKey.reveal());
  });

  it('refuses readers that contradict each other or those it has, and changes nothing', async () => {
    expect(await refusal([gate, { ...yard, address: 1 }])).toBe(
      '"Höfe" at address 1 and "Gate" at address 1, serial A-17: each reader needs a name and an address of its own.',
    );
    expect(readdirSync(place)).toEqual([]);
    await make([gate]);
    const before = contents();
    for (const other of [
      { ...gate, address: 2 },
      { ...gate, name: 'Other' },
      { ...gate, serial: 'B' },
    ]) {
      expect(await refusal([yard, other])).toContain('the site has "Gate" at address 1, serial A-17 already');
    }
    expect(contents()).toEqual(before);
  });

  it('is refused where it could have been read, is damaged, or is something else', async () => {
    await make([gate]);
    chmodSync(join(directory, 'controller.json'), 0o644);
    expect(await refusal([yard])).toContain('mode 644');
    chmodSync(join(directory, 'controller.json'), 0o600);
    writeFileSync(join(directory, 'authority.json'), '{}');
    expect(await refusal([yard])).toContain('is damaged. Restore it from a copy');
    chmodSync(directory, 0o755);
    expect(await refusal([yard])).toContain('mode 755');
    directory = join(place, 'other');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, 'photo.jpg'), '');
    expect(await refusal([yard])).toContain('holds other files, and no site');
  });

  it('is made in an empty directory that is there', async () => {
    mkdirSync(directory, { mode: 0o700 });
    expect((await make([gate])).isNewSite).toBe(true);
  });

  it('is as before when the disk fails, or the codes cannot be kept', async () => {
    const failing = {
      crypto,
      isRenewing: false,
      keepCodes: () => {
        throw new Error('no room');
      },
    };
    await expect(provision(directory, [gate], failing)).rejects.toThrow('it is as before');
    expect(readdirSync(place)).toEqual([]);
    await make([gate]);
    const before = contents();
    await expect(provision(directory, [yard], failing)).rejects.toThrow('it is as before');
    expect(contents()).toEqual(before);
    await expect(provision(join(place, 'no', 'such'), [gate], { crypto, isRenewing: false })).rejects.toThrow('(ENOENT)');
    rmSync(join(directory, 'labels'), { recursive: true });
    writeFileSync(join(directory, 'labels'), '');
    await expect(provision(directory, [yard], { crypto, isRenewing: false })).rejects.toThrow('labels');
  });
});

describe('a site that gives out new bundles', () => {
  const renewedBut = async (keepCodes: () => void): Promise<void> => {
    await expect(provision(directory, [gate, yard], { crypto, isRenewing: true, keepCodes })).rejects.toThrow('it is as before');
  };

  it('is as before when their codes cannot be kept: the codes of the old ones still open them', async () => {
    const { issued } = await make([gate, yard]);
    const before = contents();
    await renewedBut(() => {
      throw new Error('no room');
    });
    expect(contents()).toEqual(before);
    for (const { bundle, code } of issued) expect((await openBundle(bundleBytes(bundle), code)).ok).toBe(true);
  });

  it('is as before when one of them cannot be put in its place', async () => {
    await make([gate, yard]);
    const label = join(directory, 'labels', '126-hoefe.svg');
    rmSync(label);
    mkdirSync(join(label, 'in the way'), { recursive: true });
    const before = contents();
    await renewedBut(() => undefined);
    expect(contents()).toEqual(before);
  });

  it('has the old ones until their codes are kept', async () => {
    await make([gate]);
    const old = bundleBytes('bundles/001-gate.bundle');
    const seen: Uint8Array[] = [];
    const keepCodes = () => void seen.push(bundleBytes('bundles/001-gate.bundle'));
    taken(await provision(directory, [gate], { crypto, isRenewing: true, keepCodes }));
    expect(seen).toEqual([old]);
    expect(bundleBytes('bundles/001-gate.bundle')).not.toEqual(old);
  });
});

describe('a bundle', () => {
  it('opens with its code, however that is typed, and with no other', async () => {
    const [issued] = (await make([gate])).issued;
    if (issued === undefined) throw new Error('no bundle');
    const shown = codeText(issued.code);
    expect(shown).toMatch(/^\d{4} \d{4} \d{4}$/);
    const bytes = bundleBytes(issued.bundle);
    for (const typed of [shown, shown.replaceAll(' ', ''), ` ${shown.replaceAll(' ', '-')}\n`]) {
      const code = codeFrom(typed);
      if (code === undefined) throw new Error('no code');
      const opened = taken(await openBundle(bytes, code));
      const [reader] = site().readers;
      expect(opened.place).toEqual(gate);
      expect(opened.keys.trust).toEqual(reader?.keys.trust);
      expect(opened.keys.scbk.reveal()).toEqual(reader?.keys.scbk.reveal());
    }
    expect(await openBundle(bytes, newCode(crypto))).toEqual({ ok: false, failure: 'wrongCode' });
  });

  it('cannot be changed, not even what is in clear', async () => {
    const [issued] = (await make([gate])).issued;
    if (issued === undefined) throw new Error('no bundle');
    const text = new TextDecoder().decode(bundleBytes(issued.bundle));
    const changed = [
      text.replace('"address":1', '"address":2'),
      text.replace('Gate', 'Gats'),
      text.replace(/.(?="\}\n$)/, (digit) => (digit === '0' ? '1' : '0')),
    ];
    for (const other of changed) {
      expect(other).not.toBe(text);
      expect(await openBundle(new TextEncoder().encode(other), issued.code)).toEqual({ ok: false, failure: 'wrongCode' });
    }
    const orders = text.replace('Gate', String.raw`\u001b]0;Gate\u0007`);
    for (const other of ['', '{}', orders, text.replace('"format":1', '"format":2'), text.slice(0, -3), text + ' '.repeat(maxBundleBytes)]) {
      expect(await openBundle(new TextEncoder().encode(other), issued.code)).toEqual({ ok: false, failure: 'noBundle' });
    }
  });

  it('and its label hold no key and no code', async () => {
    const [issued] = (await make([gate])).issued;
    const [reader] = site().readers;
    if (issued === undefined || reader === undefined) throw new Error('no bundle');
    const secrets = [reader.keys.tableKey.reveal(), reader.keys.scbk.reveal(), site().authoritySeed.reveal()].map((key) =>
      Buffer.from(key).toString('hex'),
    );
    const written = `${readFileSync(join(directory, issued.bundle), 'utf8')}${readFileSync(join(directory, issued.label), 'utf8')}`;
    for (const secret of [...secrets, codeText(issued.code), codeText(issued.code).replaceAll(' ', '')]) expect(written).not.toContain(secret);
    expect(JSON.stringify(issued)).not.toContain(codeText(issued.code));
  });

  it('has a code of 12 digits, each as likely', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let made = 0; made < 500; made += 1)
      for (const digit of codeText(newCode(crypto)).replaceAll(' ', '')) counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1;
    // Six standard deviations of 600 hits each.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(140);
  });

  it.each(['', '1234567', '12345678x', '1'.repeat(33)])('takes no code like %j', (text) => {
    expect(codeFrom(text)).toBeUndefined();
  });
});

describe('a list of readers', () => {
  const errorsOf = (text: string): readonly string[] => {
    const list = readReaderList(new TextEncoder().encode(text));
    return list.ok ? [] : list.failure.map(({ line, sentence }) => `${line}: ${sentence}`);
  };

  it('names readers, in any order of columns', () => {
    expect(taken(readReaderList(new TextEncoder().encode('address,name\n0, Gate\n126,"A, B"\n')))).toEqual([
      { name: 'Gate', address: 0, serial: undefined },
      { name: 'A, B', address: 126, serial: undefined },
    ]);
    expect(taken(readReaderList(new TextEncoder().encode('name,address,serial\nGate,7,X-1\n')))).toEqual([
      { name: 'Gate', address: 7, serial: 'X-1' },
    ]);
  });

  it('is refused with every error and its line', () => {
    expect(errorsOf('name,address\nGate,127\n,1\nYard\n')).toEqual([
      '2: An address is a whole number, 0 to 126.',
      '3: A name is 1 to 64 characters on one line.',
      '4: This line has 1 fields; the first line names 2 columns.',
    ]);
    expect(errorsOf('name,address\nGate,127\n"Ya"rd,2\nHall,"x\n')).toEqual([
      '2: An address is a whole number, 0 to 126.',
      '3: A field goes on after its closing quote, or holds a lone carriage return.',
      '4: A quote must stand around a whole field, be closed, and be doubled inside it.',
    ]);
    expect(errorsOf('name,"address\nGate,127\n')).toEqual([expect.stringMatching(/^1: A quote/)]);
    expect(errorsOf('name,address,serial\nx,01,a b\n')).toHaveLength(2);
    expect(errorsOf('')).toEqual([expect.stringContaining('The file is empty')]);
    expect(errorsOf('name,address\n')).toEqual([expect.stringContaining('lists no reader')]);
    for (const header of ['name', 'name,adress', 'name,address,name'])
      expect(errorsOf(`${header}\nx`)).toEqual([expect.stringContaining('The first line must name the columns')]);
    expect(errorsOf('name,address\n"x')).toEqual([expect.stringContaining('A quote must stand')]);
    expect(errorsOf(`name,address\n${'x,1\n'.repeat(128)}`)).toEqual([expect.stringContaining('lists 128 readers')]);
    const many = errorsOf(`name,address\n${'"a"x\n'.repeat(100)}Gate,127\n`);
    expect([many.length, many[0], many.at(-1)]).toEqual([101, expect.stringMatching(/^2: A field goes on/), 'undefined: There is 1 further error.']);
    expect(readReaderList(Uint8Array.of(0xff))).toMatchObject({ ok: false, failure: [{ sentence: expect.stringContaining('UTF-8') }] });
    expect(readerPlaceFrom({ name: 'a\nb', address: '1', serial: '' }).ok).toBe(false);
  });
});
