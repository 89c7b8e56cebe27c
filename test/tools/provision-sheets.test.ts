/** What is printed for a site: every reader and every wire, and nothing that opens anything. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pins } from '../../src/config/pins.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { codeText } from '../../src/tools/provision-bundle.ts';
import { labelSheet, type SheetReader, startOf, wiringSheet } from '../../src/tools/provision-sheets.ts';
import { provision, readSite } from '../../src/tools/provision-site.ts';

const reader = (name: string, address: number, serial?: string): SheetReader => ({
  place: { name, address, serial },
  reader: Uint8Array.from({ length: 16 }, () => address),
});
const gate = reader('Gate', 2, 'A-17');
const yard = reader('<b>Yard & Co</b>', 1);
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('the sheet of labels', () => {
  it('has the label of each reader at its size', () => {
    const sheet = labelSheet([gate, yard]);
    expect(count(sheet, '<svg ')).toBe(2);
    expect(sheet).toContain('Serial A-17');
    expect(count(sheet, 'width="90mm" height="36mm"')).toBe(2);
  });
});

describe('the wiring sheet', () => {
  const sheet = wiringSheet([gate, yard]);

  it('has a page for each reader, by address, and a name is only a name', () => {
    expect(count(sheet, '<section>')).toBe(2);
    expect(sheet.indexOf('Yard')).toBeLessThan(sheet.indexOf('Gate'));
    expect(sheet).toContain('<h1>&lt;b&gt;Yard &amp; Co&lt;/b&gt;</h1>');
  });

  it('has every pin of the header on each page', () => {
    for (const { gpio, header } of pins) expect(count(sheet, `<td>${header} · GPIO ${gpio}</td>`)).toBe(2);
  });

  it('says where a wire begins: at a pin, a supply, or the adapter beside the board', () => {
    expect(startOf({ from: { gpio: 22 }, terminal: 'IN' })).toBe('15 · GPIO 22');
    expect(startOf({ from: { supply: '5 V', header: 2 }, terminal: '+' })).toBe('2 · 5 V');
    expect(startOf({ from: { adapter: 'TXD' }, terminal: 'RXD' })).toBe('USB serial adapter: TXD');
  });
});

describe('the sheets of a site', () => {
  it('are of all its readers after each run, and hold no key and no code', async () => {
    const place = mkdtempSync(join(tmpdir(), 'doorpad-sheets-'));
    const directory = join(place, 'site');
    const crypto = new NodeCrypto();
    const add = async (name: string, address: number): Promise<string> => {
      const made = await provision(directory, [{ name, address, serial: undefined }], { crypto, isRenewing: false });
      const [issued] = made.ok ? made.value.issued : [];
      if (issued === undefined) throw new Error('no bundle');
      return codeText(issued.code);
    };
    const codes = [await add('Gate', 1), await add('Yard', 2)];
    const printed = ['labels.html', 'wiring.html'].map((file) => readFileSync(join(directory, file), 'utf8'));
    const site = readSite(directory);
    rmSync(place, { recursive: true, force: true });
    if (!site.ok || site.value === undefined) throw new Error('no site');
    const keys = site.value.readers.flatMap(({ keys: { tableKey, scbk } }) => [tableKey, scbk]);
    const secrets = [site.value.authoritySeed, ...keys].map((key) => Buffer.from(key.reveal()).toString('hex'));
    for (const sheet of printed) {
      for (const name of ['Gate', 'Yard']) expect(sheet).toContain(name);
      for (const secret of [...secrets, ...codes, ...codes.map((code) => code.replaceAll(' ', ''))]) expect(sheet).not.toContain(secret);
    }
  });
});
