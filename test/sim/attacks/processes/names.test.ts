/** Two hundred hostile names over the API of the running bench: what is refused says nothing of them, and files hold no formula (SECURITY H5). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../../../src/tools/csv.ts';
import { plainCell } from '../../../../src/tools/csv-text.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { beginsFormula, hostileStrings, refusedStrings } from '../hostile-strings.ts';
import { addPeople, answered } from '../pages/filled-site.ts';

let bench: BenchPlace;
let people: readonly number[];
beforeAll(async () => {
  bench = await openBench();
  people = await addPeople(bench.client);
});
afterAll(() => bench.close());

/** Every cell of the file; none of them is a formula. */
const cellsOf = (csv: string): readonly (readonly string[])[] => {
  const rows = answered(readCsv(csv) as never) as readonly { readonly fields: readonly string[] }[];
  expect(rows.flatMap(({ fields }) => fields).filter((cell) => beginsFormula.test(cell))).toEqual([]);
  return rows.map(({ fields }) => fields);
};
const exported = async (withPins: boolean): Promise<string> => answered(await bench.client.ask('exportPeople', { body: { withPins } })).csv;
const names = async (): Promise<readonly string[]> => {
  const { people: kept } = answered(await bench.client.ask('listPeople', { query: { limit: '500' } }));
  return kept.map(({ name }) => name);
};

describe('hostile names', () => {
  it('are kept as they are, and found by themselves', async () => {
    expect(new Set(await names())).toEqual(new Set([...hostileStrings, 'Ada', 'Bea', 'Cleo']));
    for (const text of hostileStrings) {
      const found = answered(await bench.client.ask('listPeople', { query: { find: text, limit: '500' } })).people.map(({ name }) => name);
      expect(found, JSON.stringify(text)).toContain(text);
    }
    const turkish = hostileStrings.find((text) => text.startsWith('İ')) ?? '';
    const small = answered(await bench.client.ask('listPeople', { query: { find: turkish.toLowerCase() } })).people.map(({ name }) => name);
    expect(small).toEqual([turkish]);
    const all = answered(await bench.client.ask('listPeople', { query: { find: '%', limit: '500' } })).people.map(({ name }) => name);
    expect(all.filter((name) => !name.includes('%'))).toEqual([]);
  });

  it('that show nothing or are too long are refused without a word of them', async () => {
    for (const name of refusedStrings) {
      const answer = await bench.client.ask('addPerson', { body: { name } });
      expect(answer.ok, JSON.stringify(name.slice(0, 20))).toBe(false);
      if (!answer.ok && name.trim() !== '') expect(JSON.stringify(answer.failure)).not.toContain(name.slice(0, 20));
    }
  });

  it('are no names of parts of a request', async () => {
    for (const field of ['__proto__', 'constructor', 'prototype', 'toString']) {
      const response = await fetch(`${bench.origin}/api/people`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bench.token}`, 'content-type': 'application/json' },
        body: `{"name":"Ada","${field}":{"isSuspended":true}}`,
      });
      expect([response.status, await response.json()]).toMatchObject([422, { error: { code: 'unknownField' } }]);
    }
  });

  it('are refused as cards, or taken as the text they are and shown by two characters', async () => {
    const params = { id: '3' };
    for (const text of hostileStrings.filter((name) => name.length <= 40)) {
      const answer = await bench.client.ask('addCard', { params, body: { card: text } });
      if (answer.ok) {
        const shown = answer.value.cards.at(-1);
        expect(text).toMatch(/^[!-~]+$/);
        expect(shown?.shown.length).toBeLessThanOrEqual(4);
        answered(await bench.client.ask('removeCard', { params: { ...params, card: String(shown?.id) } }));
      } else {
        expect(answer.failure.code).toBe('cardNotValid');
        if (text.length > 3) expect(answer.failure.sentence).not.toContain(text);
      }
    }
    for (const hex of ['26:0xZZ', '26:0x4000000', '0:0x0', '999:0x1', '26:0x', '26:0x1;27:0x2', '26:0x１']) {
      expect(await bench.client.ask('addCard', { params, body: { card: hex } }), hex).toMatchObject({ ok: false, failure: { code: 'cardNotValid' } });
    }
  });
});

describe('a file for a spreadsheet', () => {
  it('of all people holds no formula, and taken in again it changes nobody', async () => {
    const csv = await exported(true);
    const [header = [], ...rows] = cellsOf(csv);
    const at = header.indexOf('name');
    expect(new Set(rows.map((row) => plainCell(row[at] ?? '')))).toEqual(new Set(await names()));
    const { stamp, ...counts } = answered(await bench.client.ask('importPeople', { body: { csv, isTrial: true } }));
    expect(counts).toEqual({ added: 0, changed: 0, removed: 0, unchanged: rows.length });
    const before = await names();
    answered(await bench.client.ask('importPeople', { body: { csv, isTrial: false, stamp } }));
    expect(await names()).toEqual(before);
    expect(await exported(true)).toBe(csv);
  });

  it('of one person, and of the log, holds none either', async () => {
    const readers = answered(await bench.client.ask('listReaders')).readers;
    for (const name of hostileStrings.filter((text) => beginsFormula.test(text))) {
      for (const { id } of readers) answered(await bench.client.ask('changeReader', { params: { id: String(id) }, body: { name } }));
      const { revision } = answered(await bench.client.ask('getPerson', { params: { id: '1' } }));
      answered(await bench.client.ask('changePerson', { params: { id: '1' }, body: { revision, change: { name } } }));
      cellsOf(answered(await bench.client.ask('exportEvents')).csv);
      cellsOf(answered(await bench.client.ask('exportPerson', { params: { id: '1' } })).csv);
    }
    const at = hostileStrings.indexOf('=1+1');
    expect(answered(await bench.client.ask('exportPerson', { params: { id: String(people[at]) } })).csv).toContain('"\'=1+1"');
  });

  it('that says something wrong of them is refused without a word of them', async () => {
    const csv = `person,name,pin\r\n${hostileStrings.map((text, at) => `${at + 1},"${text.replaceAll('"', '""')}",12x4`).join('\r\n')}\r\n`;
    const answer = await bench.client.ask('importPeople', { body: { csv, isTrial: false } });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'fileNotValid' } });
    const said = JSON.stringify(answer);
    expect(hostileStrings.filter((text) => text.length > 12 && said.includes(JSON.stringify(text).slice(1, -1)))).toEqual([]);
    expect(said).not.toContain('12x4');
  });
});
