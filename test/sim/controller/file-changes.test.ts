/** A people file that is taken in again: what it says otherwise than the last time counts, and what was done here stays where it says the same. */
import { describe, expect, it } from 'vitest';
import type { FileSaid, FileTaken } from '../../../sim/controller/file-changes.ts';
import type { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { present } from '../../../src/shared/assert.ts';
import { deskOf, foundSite, pinOf, type Site, taken } from './rig.ts';

const fileOf = (rows: readonly string[]): Uint8Array => new TextEncoder().encode(['person,pin,cards', ...rows].join('\n'));
const first = ['1,0417,A1', '2,2468,', '3,1357,'];

const pins = async ({ store }: Site): Promise<Readonly<Record<number, string | undefined>>> =>
  Object.fromEntries((await store.people.people()).map(({ person, pin }) => [person, pin?.reveal()]));

const take = async (desk: PeopleDesk, rows: readonly string[], said?: FileSaid): Promise<Omit<FileTaken, 'said'> & { said?: FileSaid }> =>
  taken(await desk.importChanges(fileOf(rows), said));
const nobody = { come: [], changed: [], gone: [], countAgain: [], comeBack: [] };

describe('a people file that is taken in again', () => {
  it('leaves a rolled PIN and a removed person alone when the line of somebody else has changed', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    taken(await desk.rollPin(2, pinOf('8080')));
    taken(await desk.remove(3));
    const { said: saidThen, ...outcome } = await take(desk, [...first.with(0, '1,041733,A1'), '4,9999,'], said);
    expect(outcome).toEqual({ ...nobody, come: [4], changed: [1] });
    expect(await pins(place)).toEqual({ 1: '041733', 2: '8080', 4: '9999' });
    expect([...(saidThen ?? [])].map(([person]) => person)).toEqual([1, 2, 3, 4]);
  });

  it('takes away who is gone from it, and nobody whom it never named', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    taken(await desk.put({ ...present(await place.store.people.person(1), 'person 1 is there'), person: 9, pin: pinOf('7777'), cards: [] }));
    const { said: _, ...outcome } = await take(desk, first.slice(0, 2), said);
    expect(outcome).toEqual({ ...nobody, gone: [3] });
    expect(await pins(place)).toEqual({ 1: '0417', 2: '2468', 9: '7777' });
  });

  it('counts again for whoever was changed or removed here, where their own line has changed', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    taken(await desk.rollPin(2, pinOf('8080')));
    taken(await desk.remove(3));
    const { said: _, ...outcome } = await take(desk, [first[0] ?? '', '2,2468,B2', '3,1357,C3'], said);
    expect(outcome).toEqual({ ...nobody, countAgain: [2], comeBack: [3] });
    expect(await pins(place)).toEqual({ 1: '0417', 2: '2468', 3: '1357' });
  });

  it('says nothing of a line that says what was done here', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    taken(await desk.rollPin(2, pinOf('8080')));
    const { said: _, ...outcome } = await take(desk, first.with(1, '2,8080,'), said);
    expect(outcome).toEqual(nobody);
  });

  it('is everybody, the first time', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    await take(desk, first);
    taken(await desk.rollPin(2, pinOf('8080')));
    const { said: _, ...outcome } = await take(desk, first.slice(0, 2));
    expect(outcome).toEqual({ ...nobody, countAgain: [2], gone: [3] });
    expect(await pins(place)).toEqual({ 1: '0417', 2: '2468' });
  });

  it('is refused whole, by line, where it gives somebody what another person has by a change made here', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    taken(await desk.rollPin(2, pinOf('8080')));
    const again = await desk.importChanges(fileOf([...first, '4,9999,', '5,8080,']), said);
    expect(again).toEqual({
      ok: false,
      failure: [{ line: 6, column: 'pin', sentence: 'Somebody else has this, by a change made at the controller.' }],
    });
    expect(await pins(place)).toEqual({ 1: '0417', 2: '8080', 3: '1357' });
    expect(await desk.importChanges(fileOf(['1,12,']), said)).toMatchObject({ ok: false, failure: [{ line: 2, column: 'pin' }] });
  });

  it("may let two people change their PINs for each other's", async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const { said } = await take(desk, first);
    await take(desk, [first[0] ?? '', '2,1357,', '3,2468,'], said);
    expect(await pins(place)).toEqual({ 1: '0417', 2: '1357', 3: '2468' });
  });
});
