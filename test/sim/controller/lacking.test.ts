/** Who could not enter in a mode: those in readers' tables who have not what it asks for, by name, counted without reading everybody. */
import { describe, expect, it } from 'vitest';
import type { Mode } from '../../../src/access/mode.ts';
import { deskOf, foundSite, taken } from './rig.ts';

const file = `person,name,pin,cards,pin_exempt
1,Both,073916,CARD1,
2,Pin,902764,,
3,Card,,CARD3,
4,Exempt,,CARD4,yes
5,Suspended,,CARD5,
`;

describe('people who lack what a mode asks for', () => {
  it('are those without card, without PIN, or without either', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    taken(await desk.importFile(new TextEncoder().encode(file)));
    taken(await desk.change(5, undefined, (record) => ({ ...record, isSuspended: true })));
    const lacking = async (mode: Mode): Promise<readonly number[]> => {
      const { people, total } = await place.store.people.lacking(mode, 10);
      expect(people.length).toBe(total);
      return people.map(({ given }) => given.person);
    };
    expect({
      cardOnly: await lacking('cardOnly'),
      pinOnly: await lacking('pinOnly'),
      cardOrPin: await lacking('cardOrPin'),
      cardAndPin: await lacking('cardAndPin'),
      unlocked: await lacking('unlocked'),
      locked: await lacking('locked'),
    }).toEqual({ cardOnly: [2], pinOnly: [3, 4], cardOrPin: [], cardAndPin: [2, 3], unlocked: [], locked: [] });
    expect(await place.store.people.lacking('pinOnly', 1)).toMatchObject({ total: 2, people: [{ given: { person: 3 } }] });
  });
});
