/** A door's own settings in what the manager is told: how to enter, the odds of guessing, how many PINs there may be, and what a door would say. */
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../src/access/policy.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const person = async ({ manager }: Product, name: string, digits?: string, card?: string): Promise<string> => {
  const id = String(taken(await manager.ask('addPerson', { body: { name } })).id);
  if (digits !== undefined) taken(await manager.ask('newPin', { params: { id }, body: { digits } }));
  if (card !== undefined) taken(await manager.ask('addCard', { params: { id }, body: { card } }));
  return id;
};

const heard = async (product: Product): Promise<void> => {
  await product.inStep();
  await product.clock.advance(5_000);
};

const { door: doorBudget, person: personBudget } = defaultPolicy.budget;
const manyGuesses = { budget: { door: { ...doorBudget, attempts: 10 }, person: personBudget } };

const cardOf = async ({ manager, reader }: Pick<Product, 'manager' | 'reader'>) =>
  taken(await manager.ask('doorCard', { params: { id: String(reader) } }));
const readerOf = async ({ manager }: Product) => taken(await manager.ask('listReaders')).readers[0];

describe('how to enter at a door', () => {
  it('is said with the door’s own times and tries, also by a controller that starts while the reader is away', async () => {
    const product = await openProduct('cardAndPin', { windowMs: 20_000, budget: { door: doorBudget, person: { ...personBudget, attempts: 4 } } });
    await heard(product);
    const card = await cardOf(product);
    expect(card).toMatchObject({ mode: 'cardAndPin', settingsAre: 'told' });
    expect(card.lines[1]).toContain('You have 20 s.');
    expect(card.lines.at(-1)).toBe('After 4 wrong PINs the keypad takes no PIN for 5 min or longer.');
    product.door.cutPower();
    const later = await product.restart(3_600_000);
    expect(later.line.readers[0]?.state.isOnline).toBe(false);
    expect(await cardOf({ ...product, manager: later.manager })).toEqual(card);
  });

  it('is said to a tenant with extended time with theirs', async () => {
    const product = await openProduct('cardAndPin', { windowMs: 20_000 });
    const id = await person(product, 'Ada', '073916', 'CARD1');
    const tenant = await product.as('tenant', Number(id));
    await heard(product);
    const linesOf = async (): Promise<string> => taken(await tenant.ask('portal')).howTo[0]?.lines.join('\n') ?? '';
    expect(await linesOf()).toContain('You have 20 s.');
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 3, change: { extendedTime: true } } }));
    expect(await linesOf()).toContain('You have 40 s.');
    expect(taken(await tenant.ask('portal')).howTo).toMatchObject([{ door: 'door 1', settingsAre: 'told' }]);
  });
});

describe('the odds of guessing at a door', () => {
  it('are reckoned with its own budget, and so is how many PINs there may be', async () => {
    const product = await openProduct('cardOrPin', manyGuesses);
    await heard(product);
    const codes: string[] = [];
    while (codes.at(-1) !== 'codeSpaceTooSmall' && codes.length < 20) {
      const id = await person(product, 'Somebody');
      const issued = await product.manager.ask('newPin', { params: { id }, body: { length: 4 } });
      codes.push(issued.ok ? 'issued' : issued.failure.code);
    }
    expect(codes).toEqual([...new Array(7).fill('issued'), 'codeSpaceTooSmall']);
    expect(await readerOf(product)).toMatchObject({
      settingsAre: 'told',
      codeSpace: { people: 7, isBelowFloor: false, sentence: expect.stringContaining('44 guesses in 8 hours') },
    });
  });

  it('count before a door goes to PIN only', async () => {
    const product = await openProduct('cardAndPin', manyGuesses);
    await heard(product);
    for (let index = 0; index < 8; index += 1) {
      const id = await person(product, 'Somebody');
      taken(await product.manager.ask('newPin', { params: { id }, body: { length: 4 } }));
    }
    expect(await readerOf(product)).toMatchObject({ codeSpace: null });
    const params = { id: String(product.reader) };
    const refused = await product.manager.ask('setMode', { params, body: { mode: 'pinOnly' } });
    expect(refused).toMatchObject({ failure: { code: 'codeSpaceTooSmall', sentence: expect.stringContaining('44 guesses') } });
    expect(await product.inTime(product.manager.ask('setMode', { params, body: { mode: 'pinOnly', isMeant: true } }))).toMatchObject({ ok: true });
  });
});

describe('what a door would say', () => {
  it('goes by how long it may serve without its controller', async () => {
    const product = await openProduct('pinOnly', { offline: { fullMs: 60_000, priorityMs: 60_000 } });
    await person(product, 'Ada', '073916');
    const bea = await person(product, 'Bea', '902764');
    taken(await product.manager.ask('changePerson', { params: { id: bea }, body: { revision: 2, change: { offlinePriority: true } } }));
    await heard(product);
    const say = async (pin: string, inMs = 0): Promise<string> => {
      const at = new Date(product.clock.wall().ms + inMs).toISOString();
      const said = taken(await product.manager.ask('validate', { body: { reader: product.reader, pin, at } }));
      expect(said.settingsAre).toBe('told');
      return said.verdict;
    };
    expect(await say('073916', 120_000)).toBe('granted');
    product.door.cutPower();
    await product.clock.advance(30_000);
    expect([await say('073916'), await say('073916', 50_000), await say('902764', 50_000)]).toEqual(['granted', 'offlineStale', 'granted']);
    await product.clock.advance(60_000);
    expect([await say('073916'), await say('902764'), await say('902764', 60_000)]).toEqual(['offlineStale', 'granted', 'offlineStale']);
  });

  it('goes by the wait that somebody’s wrong PINs have earned, until it is over or cleared', async () => {
    const product = await openProduct('cardAndPin');
    await person(product, 'Ada', '073916', 'CARD1');
    await heard(product);
    const say = async (): Promise<string> =>
      taken(await product.manager.ask('validate', { body: { reader: product.reader, card: 'CARD1', pin: '073916' } })).verdict;
    const guess = async (): Promise<void> => {
      product.door.cardReader.presentText('CARD1');
      await product.clock.advance(1_000);
      await product.types('555777#');
      await product.clock.advance(20_000);
    };
    for (let wrong = 0; wrong < 4; wrong += 1) await guess();
    expect(await say()).toBe('granted');
    await guess();
    expect(await say()).toBe('lockout');
    const lockouts = async () => taken(await product.manager.ask('lockouts', { params: { id: '1' } })).lockouts;
    expect(await lockouts()).toEqual([{ reader: product.reader, readerName: 'door 1', until: expect.any(String) }]);
    await product.clock.advance(300_000);
    expect(await say()).toBe('granted');
    expect(await lockouts()).toEqual([]);
    for (let wrong = 0; wrong < 5; wrong += 1) await guess();
    expect(await say()).toBe('lockout');
    const cleared = product.manager.ask('clearLockout', { params: { id: String(product.reader) }, body: { person: 1 } });
    expect(await product.inTime(cleared)).toMatchObject({ ok: true });
    await product.clock.advance(5_000);
    expect(await say()).toBe('granted');
  });
});

describe('a reader that does not tell its settings', () => {
  it('is reckoned as one is set when nothing else is said, and every answer says so', async () => {
    const product = await openProduct();
    await person(product, 'Ada', '073916');
    const { reader, store } = product;
    await store.site.keepTold(reader, { mode: 'cardOrPin', model: 'RPK40', settingsHash: '' });
    product.door.cutPower();
    const { manager } = await product.restart(1_000);
    const later = { ...product, manager };
    expect(await cardOf(later)).toMatchObject({ settingsAre: 'defaults', lines: expect.arrayContaining(['Green light: open the door.']) });
    expect(await readerOf(later)).toMatchObject({
      settingsAre: 'defaults',
      codeSpace: { sentence: expect.stringMatching(/39 guesses .*This reader does not tell its settings/) },
    });
    expect(taken(await manager.ask('validate', { body: { reader, pin: '073916' } }))).toMatchObject({ verdict: 'granted', settingsAre: 'defaults' });
  });
});

describe('people who forget the #', () => {
  it('are counted for each reader, for 30 days', async () => {
    const product = await openProduct('pinOnly');
    await heard(product);
    expect(await readerOf(product)).toMatchObject({ hints: 0 });
    for (const digits of ['5557', '555777', '12']) {
      await product.types(digits);
      await product.clock.advance(10_000);
    }
    expect(await readerOf(product)).toMatchObject({ hints: 2 });
    product.door.cutPower();
    const { manager } = await product.restart(30 * 86_400_000);
    expect(await readerOf({ ...product, manager })).toMatchObject({ hints: 0 });
  });
});
