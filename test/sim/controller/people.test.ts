/** Who may be put among the people of a site, and what a change of them takes away. */
import { describe, expect, it } from 'vitest';
import type { GivenPerson } from '../../../src/table/given-person.ts';
import { deskOf, foundSite, peopleFile, pinOf, type Site, taken } from './rig.ts';

const withdrawn = async (place: Site): Promise<readonly unknown[]> =>
  (await place.store.people.withdrawnSince(0, 100)).map(({ number, withdrawn: { isWhole, from } }) => [
    number,
    from.person,
    isWhole,
    from.pin?.reveal(),
    from.duressPin?.reveal(),
    from.cards.map(({ tail }) => tail),
  ]);

describe('the people of a site', () => {
  it('are imported all at once, and again without a change', async () => {
    const place = await foundSite();
    let changes = 0;
    const desk = deskOf(place, () => {
      changes += 1;
    });
    expect(taken(await desk.importFile(peopleFile({ 1: '0417', 2: '2468' })))).toEqual({ stand: { change: 2, revocation: 0 }, people: 2 });
    expect(taken(await desk.importFile(peopleFile({ 2: '2468', 1: '0417' })))).toEqual({ stand: { change: 2, revocation: 0 }, people: 0 });
    expect(changes).toBe(1);
  });

  it('lose by an import whoever is listed no more, and every credential that is', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const file = (rows: string): Uint8Array => new TextEncoder().encode(`person,pin,duress_pin,cards\n${rows}`);
    taken(await desk.importFile(file('1,0417,9999,A1;B2\n2,2468,,\n3,3333,,C3')));
    taken(await desk.importFile(file('1,9999,0417,B2\n3,3333,,C3')));
    expect(await withdrawn(place)).toEqual([
      [1, 2, true, undefined, undefined, []],
      [1, 1, false, undefined, undefined, ['A1']],
    ]);
  });

  it('are all refused when a line is wrong, or two have one number or one credential', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const failure = async (text: string): Promise<unknown> => {
      const result = await desk.importFile(new TextEncoder().encode(text));
      return result.ok ? [] : result.failure.map(({ line }) => line);
    };
    expect(await failure('person,pin\n1,12')).toEqual([2]);
    expect(await failure('person,pin\n1,0417\n1,2468')).toEqual([3]);
    expect(await failure('person,pin\n1,0417\n2,0417')).toEqual([3]);
    expect(await failure('person,cards\n1,A1\n2,A1')).toEqual([3]);
    expect(await place.store.people.stand()).toEqual({ change: 0, revocation: 0 });
  });

  it('have one PIN each that nobody else has', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    taken(await desk.importFile(peopleFile({ 1: '0417', 2: '2468' })));
    expect(await desk.rollPin(1, pinOf('2468'))).toEqual({ ok: false, failure: 'credentialTaken' });
    expect(await desk.rollPin(9, pinOf('1357'))).toEqual({ ok: false, failure: 'unknownPerson' });
    expect(await desk.remove(9)).toEqual({ ok: false, failure: 'unknownPerson' });
    expect(await desk.put({ ...((await place.store.people.person(1)) as GivenPerson), duressPin: pinOf('0417') })).toEqual({
      ok: false,
      failure: 'credentialTaken',
    });
    expect(taken(await desk.rollPin(1, pinOf('0417'))).people).toBe(0);
  });

  it('are changed one by one, and what is taken away has a number of its own', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    taken(await desk.importFile(peopleFile({ 1: '0417', 2: '2468' })));
    taken(await desk.rollPin(1, pinOf('1357')));
    taken(await desk.put({ ...((await place.store.people.person(2)) as GivenPerson), validUntilS: 2_000_000_000 }));
    expect(taken(await desk.remove(2)).stand).toEqual({ change: 5, revocation: 2 });
    expect(await withdrawn(place)).toEqual([
      [1, 1, false, '0417', undefined, []],
      [2, 2, true, undefined, undefined, []],
    ]);
  });
});
