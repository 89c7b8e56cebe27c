/** PINs over the API, down to the door: issued, rolled, refused, shown, and never told to anybody else. */
import { describe, expect, it } from 'vitest';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const personNamed = async ({ manager }: Product, name: string): Promise<string> =>
  String(taken(await manager.ask('addPerson', { body: { name } })).id);

const auditOf = async ({ store }: Product): Promise<readonly string[]> =>
  (await store.audit.newest(100)).map(({ by, what, person, detail }) => [by, what, person ?? '-', detail].join(' ').trimEnd()).toReversed();

describe('a PIN over the API', () => {
  it('opens the door, and rolled opens no more while the new one does', async () => {
    const product = await openProduct();
    const id = await personNamed(product, 'Ada');
    const first = taken(await product.manager.ask('newPin', { params: { id }, body: { length: 6 } }));
    expect([first.digits.length, first.pin]).toMatchObject([6, { length: 6, issuedBy: 'operator', spread: { inForceAt: 0, of: 1 } }]);
    await product.inStep();
    expect(await product.types(`${first.digits}#`)).toBe('access.granted');
    expect(taken(await product.manager.ask('getPerson', { params: { id } })).pin).toMatchObject({ spread: { inForceAt: 1, of: 1 }, oldCodeAt: 0 });

    const second = taken(await product.manager.ask('rollPin', { params: { id } }));
    expect([second.digits === first.digits, second.pin.oldCodeAt]).toEqual([false, 1]);
    await product.inStep();
    await product.clock.advance(10_000);
    expect(await product.types(`${first.digits}#`)).toBe('credential.notFound');
    await product.clock.advance(10_000);
    expect(await product.types(`${second.digits}#`)).toBe('access.granted');
    expect(await auditOf(product)).toEqual(['operator person.added 1', 'operator pin.issued 1', 'operator pin.rolled 1']);
    expect(product.told.filter(({ kind }) => kind === 'changed')).toHaveLength(3);
  });

  it('that is typed is refused in the same words, whether it is simple, taken or still resting', async () => {
    const product = await openProduct();
    const [ada, bea] = [await personNamed(product, 'Ada'), await personNamed(product, 'Bea')];
    const typed = (id: string, digits: string) => product.manager.ask('newPin', { params: { id }, body: { digits } });
    expect(taken(await typed(ada, '073916')).digits).toBe('073916');
    const refusals = [await typed(bea, '123456'), await typed(bea, '073916')];
    taken(await typed(ada, '902764'));
    refusals.push(await typed(bea, '073916'), await typed(ada, '073916'));
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal)))).toEqual(
      new Set([JSON.stringify({ ok: false, failure: { code: 'pinNotAvailable', sentence: 'This code is not available. Choose another.' } })]),
    );
    const whys = (await auditOf(product)).filter((line) => line.includes('pin.refused'));
    expect(whys).toEqual(['operator pin.refused 2 steps', ...['2', '2', '1'].map((person) => `operator pin.refused ${person} taken`)]);
  });

  it('is of the site’s length where nobody says, and a new length leaves the old ones alone', async () => {
    const product = await openProduct();
    const [ada, bea] = [await personNamed(product, 'Ada'), await personNamed(product, 'Bea')];
    expect(taken(await product.manager.ask('newPin', { params: { id: ada }, body: {} })).digits).toHaveLength(6);
    expect(taken(await product.manager.ask('putSettings', { body: { pinLength: 5 } }))).toMatchObject({
      settings: { pinLength: 5, siteName: 'Site' },
      codesAtOtherLength: 1,
    });
    expect(taken(await product.manager.ask('newPin', { params: { id: bea }, body: {} })).digits).toHaveLength(5);
    expect(taken(await product.manager.ask('getSettings')).codesAtOtherLength).toBe(1);
  });

  it('is shown to who asks, and the audit has it before', async () => {
    const product = await openProduct();
    const id = await personNamed(product, 'Ada');
    expect(await product.manager.ask('showPin', { params: { id } })).toMatchObject({ failure: { code: 'hasNoPin' } });
    expect(await product.manager.ask('rollPin', { params: { id } })).toMatchObject({ failure: { code: 'hasNoPin' } });
    const { digits } = taken(await product.manager.ask('newPin', { params: { id }, body: {} }));
    expect(taken(await product.manager.ask('showPin', { params: { id } })).digits).toBe(digits);
    expect((await auditOf(product)).at(-1)).toBe('operator pin.shown 1');
    expect(taken(await product.manager.ask('removePin', { params: { id } })).pin).toBeNull();
    expect(await product.manager.ask('removePin', { params: { id } })).toMatchObject({ failure: { code: 'hasNoPin' } });
    for (const name of ['showPin', 'rollPin', 'removePin'] as const) {
      expect(await product.manager.ask(name, { params: { id: '9' } }), name).toMatchObject({ failure: { code: 'notFound' } });
    }
    expect(await product.manager.ask('newDuressPin', { params: { id: '9' }, body: {} })).toMatchObject({ failure: { code: 'notFound' } });
  });

  it('of duress is a second one, and goes by itself', async () => {
    const product = await openProduct();
    const id = await personNamed(product, 'Ada');
    const { digits } = taken(await product.manager.ask('newPin', { params: { id }, body: {} }));
    const duress = taken(await product.manager.ask('newDuressPin', { params: { id }, body: {} }));
    expect(duress.digits).not.toBe(digits);
    expect(duress.pin).toMatchObject({ length: 6, issuedBy: 'operator', spread: { inForceAt: 0, of: 1 } });
    expect(taken(await product.manager.ask('getPerson', { params: { id } })).hasDuressPin).toBe(true);
    expect(taken(await product.manager.ask('removeDuressPin', { params: { id } }))).toMatchObject({ hasDuressPin: false, pin: { length: 6 } });
  });

  it('is issued to everybody who has none', async () => {
    const product = await openProduct();
    for (const name of ['Ada', 'Bea', 'Cleo']) await personNamed(product, name);
    taken(await product.manager.ask('newPin', { params: { id: '2' }, body: {} }));
    const lacking = { params: { id: String(product.reader) }, query: { mode: 'pinOnly' as const } };
    expect(taken(await product.manager.ask('whoLacks', lacking))).toMatchObject({
      total: 2,
      sentence: '2 people could not enter.',
      codeSpace: { isBelowFloor: false },
    });
    const refused = await product.manager.ask('setMode', { params: { id: String(product.reader) }, body: { mode: 'cardAndPin' } });
    expect(refused).toMatchObject({ failure: { code: 'peopleLackPin', sentence: '3 people could not enter.' } });
    expect(taken(await product.manager.ask('issueMissing'))).toEqual({ issued: 2 });
    expect(taken(await product.manager.ask('whoLacks', lacking))).toMatchObject({ total: 0, sentence: 'Everybody could enter.' });
  });

  it('is not issued where so many make guessing too easy, at a door that asks for nothing else', async () => {
    const product = await openProduct();
    const codes: string[] = [];
    while (codes.at(-1) !== 'codeSpaceTooSmall' && codes.length < 20) {
      const id = await personNamed(product, 'Somebody');
      const issued = await product.manager.ask('newPin', { params: { id }, body: { length: 4 } });
      codes.push(issued.ok ? 'issued' : issued.failure.code);
    }
    expect(codes).toEqual([...new Array(8).fill('issued'), 'codeSpaceTooSmall']);
    await product.inStep();
    await product.clock.advance(1_000);
    expect(taken(await product.manager.ask('listReaders')).readers[0]?.codeSpace).toMatchObject({ people: 8, shortest: 4, isBelowFloor: false });
  });

  it('stands in no other answer, no audit line and no live message', async () => {
    const product = await openProduct();
    const id = await personNamed(product, 'Ada');
    const canaries = ['593817', '8026491'];
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: canaries[0] as string } }));
    taken(await product.manager.ask('newDuressPin', { params: { id }, body: { digits: canaries[1] as string } }));
    taken(await product.manager.ask('addCard', { params: { id }, body: { card: 'CANARY-CARD' } }));
    await product.inStep();
    await product.types(`${canaries[0]}#`);
    await product.clock.advance(5_000);
    const said = [
      await product.manager.ask('listPeople'),
      await product.manager.ask('getPerson', { params: { id } }),
      await product.manager.ask('personEvents', { params: { id } }),
      await product.manager.ask('listEvents'),
      await product.manager.ask('exportEvents'),
      await product.manager.ask('listReaders'),
      await product.manager.ask('listAudit'),
      await product.manager.ask('newPin', { params: { id }, body: { digits: canaries[0] as string } }),
      product.told,
      product.troubles,
    ];
    const text = JSON.stringify(said);
    for (const secret of [...canaries, 'CANARY-CARD']) expect(text.includes(secret), secret).toBe(false);
    expect(said.slice(0, 7).every((one) => 'ok' in one && one.ok)).toBe(true);
  });
});
