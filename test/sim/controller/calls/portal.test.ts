/** What tenants see of themselves, what a door would say, and how to enter there, over the API. */
import { describe, expect, it } from 'vitest';
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

describe('the portal', () => {
  it('shows a tenant their own code, where it is in force, and how it went lately and why', async () => {
    const product = await openProduct('cardOrPin', { duress: true });
    const id = await person(product, 'Ada', '073916', '26:0x1');
    const duress = taken(await product.manager.ask('newDuressPin', { params: { id }, body: {} }));
    const tenant = await product.as('tenant', Number(id));
    expect(taken(await tenant.ask('portal'))).toMatchObject({
      name: 'Ada',
      pin: { digits: '073916', pin: { spread: { inForceAt: 0, of: 1 } } },
      howTo: [],
    });
    await heard(product);
    await product.types('073916#');
    await product.clock.advance(10_000);
    await product.types(`${duress.digits}#`);
    await product.clock.advance(5_000);
    expect((await product.store.events.newest({ codes: ['duress.used'] }, 5)).length).toBe(1);
    const own = taken(await tenant.ask('portal'));
    expect(own.pin?.pin.spread).toEqual({ inForceAt: 1, of: 1 });
    expect(own.results.map(({ door, code, text }) => [door, code, text])).toEqual(
      new Array(own.results.length).fill(['door 1', 'access.granted', 'Access Granted']),
    );
    expect(own.results.length).toBeGreaterThan(0);
    expect(own.accesses).toEqual([]);
    expect(own.howTo[0]?.lines).toContain('Hold your card to the reader, or:');
    expect(own.howTo[0]?.door).toBe('door 1');
  });

  it.each([
    ['cardOrPin', '073916', undefined, /^Type your PIN/],
    ['cardOrPin', undefined, '26:0x1', /^Hold your card to the reader\.$/],
    ['cardOrPin', undefined, undefined, /^This door asks for a card or a PIN, and you have neither\.$/],
    ['cardAndPin', '073916', undefined, /^This door asks for a card, and you have none\.$/],
    ['cardAndPin', undefined, '26:0x1', /^This door asks for a PIN, and you have none\.$/],
    ['cardAndPin', '073916', '26:0x1', /^Hold your card to the reader\.$/],
    ['cardOnly', '073916', undefined, /^This door asks for a card, and you have none\.$/],
    ['pinOnly', undefined, '26:0x1', /^This door asks for a PIN, and you have none\.$/],
    ['locked', undefined, undefined, /^The door is locked\.$/],
  ] as const)('says how to enter with what the tenant has: %s, code %s, card %s', async (mode, digits, card, first) => {
    const product = await openProduct(mode);
    const tenant = await product.as('tenant', Number(await person(product, 'Ada', digits, card)));
    await heard(product);
    const lines = taken(await tenant.ask('portal')).howTo[0]?.lines;
    expect(lines?.[0]).toMatch(first);
    if (card === undefined) expect(lines?.join()).not.toContain('your card');
  });

  it('says that a card opens alone where it does for the tenant', async () => {
    const product = await openProduct('cardAndPin');
    const id = await person(product, 'Ada', '073916', '26:0x1');
    const { revision } = taken(await product.manager.ask('getPerson', { params: { id } }));
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision, change: { pinExempt: true } } }));
    const tenant = await product.as('tenant', Number(id));
    await heard(product);
    expect(taken(await tenant.ask('portal')).howTo[0]?.lines.join()).not.toContain('PIN');
  });

  it('has a look at a code in the audit once for each session and code', async () => {
    const product = await openProduct();
    const id = await person(product, 'Ada', '073916');
    const tenant = await product.as('tenant', Number(id));
    for (let look = 0; look < 3; look += 1) taken(await tenant.ask('portal'));
    const looks = async (): Promise<number> =>
      (await product.store.audit.newest(100)).filter(({ what, by }) => what === 'pin.shown' && by === 'tenant').length;
    expect(await looks()).toBe(1);
    const rolled = taken(await tenant.ask('portalRoll'));
    expect(rolled.digits).toHaveLength(6);
    expect(rolled.digits).not.toBe('073916');
    expect(taken(await tenant.ask('portal')).pin?.digits).toBe(rolled.digits);
    expect(await looks()).toBe(2);
  });

  it('shows the access of a booking that stands under their number, and a new code is a step of its history', async () => {
    const product = await openProduct();
    const body = { title: 'Move', unit: '4', from: '2026-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };
    const booking = taken(await product.manager.ask('addBooking', { body }));
    const { access, shown } = taken(await product.manager.ask('addShared', { params: { id: String(booking.id) }, body: { label: 'Van' } }));
    const tenant = await product.as('tenant', access.person);
    const { accesses } = taken(await tenant.ask('portal'));
    expect(accesses).toEqual([{ label: 'Van', state: 'active', until: body.until, digits: shown.digits }]);
    const rolled = taken(await tenant.ask('portalRoll'));
    expect(rolled.digits).not.toBe(shown.digits);
    const steps = await product.store.bookings.history(access.id);
    expect(steps.at(-1)).toMatchObject({ what: 'Regenerate', by: 'tenant' });
    taken(await product.manager.ask('lockShared', { params: { id: String(access.id) } }));
    expect(taken(await tenant.ask('portal')).accesses).toMatchObject([{ state: 'lockedManual', digits: null }]);
    taken(await product.manager.ask('revokeShared', { params: { id: String(access.id) } }));
    expect((await tenant.ask('portalRoll')).ok).toBe(false);
  });

  it('of somebody without a code says so, and whoever is removed is logged out', async () => {
    const product = await openProduct();
    const id = await person(product, 'Ada');
    const tenant = await product.as('tenant', Number(id));
    expect(taken(await tenant.ask('portal')).pin).toBeNull();
    expect(await tenant.ask('portalRoll')).toMatchObject({ failure: { code: 'hasNoPin' } });
    taken(await product.manager.ask('removePerson', { params: { id } }));
    for (const call of ['portal', 'portalRoll'] as const) expect(await tenant.ask(call), call).toMatchObject({ failure: { code: 'notLoggedIn' } });
  });
});

describe('how to enter at a door', () => {
  it('follows the mode that was heard from it', async () => {
    const product = await openProduct('cardAndPin');
    const params = { id: String(product.reader) };
    expect(await product.manager.ask('doorCard', { params })).toMatchObject({ failure: { code: 'readerOffline' } });
    await heard(product);
    const card = taken(await product.manager.ask('doorCard', { params }));
    expect(card).toMatchObject({ reader: 'door 1', mode: 'cardAndPin' });
    expect(card.lines[1]).toBe('Type your PIN, then press #. With 8 digits you need no #. You have 15 s.');
    expect(await product.manager.ask('doorCard', { params: { id: '99' } })).toMatchObject({ failure: { code: 'notFound' } });
  });
});

describe('asking what a door would say', () => {
  it('is answered in words for machines, and nothing of what was asked is written down but that it was', async () => {
    const product = await openProduct();
    const reader = product.reader;
    const ada = await person(product, 'Ada', '073916', 'CARD1');
    const bea = await person(product, 'Bea', '902764');
    const say = async (asked: object): Promise<unknown> => {
      const answer = await product.manager.ask('validate', { body: { reader, ...asked } });
      return answer.ok ? [answer.value.verdict, answer.value.person] : answer.failure.code;
    };
    expect(await say({ pin: '073916' })).toBe('readerOffline');
    await heard(product);
    const change = { validUntil: '2031-01-01T00:00:00.000Z', validFrom: '2026-01-01T00:00:00.000Z', uses: { limit: 1 } };
    taken(await product.manager.ask('changePerson', { params: { id: bea }, body: { revision: 2, change } }));
    expect(await say({ pin: '073916' })).toEqual(['granted', Number(ada)]);
    expect(await say({ pin: '555777' })).toEqual(['unknownCode', null]);
    expect(await say({ card: 'CARD1' })).toEqual(['granted', Number(ada)]);
    expect(await say({ pin: '902764', at: '2032-01-01T00:00:00Z' })).toEqual(['expired', Number(bea)]);
    expect(await say({ pin: '902764', at: '2025-01-01T00:00:00Z' })).toEqual(['notYetValid', Number(bea)]);
    expect(await say({ card: 'no card' })).toBe('cardNotValid');
    expect(await say({})).toEqual(['modeRefuses', null]);
    const [line] = await product.store.audit.newest(1);
    expect(line).toMatchObject({ what: 'validated', detail: 'door 1, nothing: modeRefuses' });
    expect(JSON.stringify(await product.store.audit.newest(100))).not.toContain('073916');
    expect(await product.manager.ask('validate', { body: { reader: 99 } })).toMatchObject({ failure: { code: 'notFound' } });
  });

  it('tells whose a PIN is to a manager alone', async () => {
    const product = await openProduct('pinOnly');
    const { reader } = product;
    await person(product, 'Ada', '073916', 'CARD1');
    await heard(product);
    const auditor = await product.as('auditor');
    expect(await auditor.ask('validate', { body: { reader, pin: '073916' } })).toMatchObject({ failure: { code: 'notAllowed' } });
    expect(taken(await auditor.ask('validate', { body: { reader, card: 'CARD1' } })).verdict).toBe('modeRefuses');
  });

  it.each([true, false])('takes a duress PIN for what the door takes it for where duress is on: %s', async (duress) => {
    const product = await openProduct('pinOnly', { duress });
    const id = await person(product, 'Ada', '073916');
    const { digits } = taken(await product.manager.ask('newDuressPin', { params: { id }, body: {} }));
    await heard(product);
    const { verdict } = taken(await product.manager.ask('validate', { body: { reader: product.reader, pin: digits } }));
    expect(verdict).toBe(duress ? 'granted' : 'unknownCode');
    expect(await product.types(`${digits}#`)).toBe(duress ? 'duress.used' : 'credential.notFound');
  });

  it('goes by the person’s schedule at the moment that is meant, on the site’s clock', async () => {
    const product = await openProduct('pinOnly');
    const reader = product.reader;
    const id = await person(product, 'Ada', '073916');
    await heard(product);
    const times = [{ days: [1, 2, 3, 4, 5], from: '09:00', until: '17:00', mode: null }];
    const schedule = await product.store.schedules.add({ name: 'Office', kind: 'personAccess', times });
    taken(await product.manager.ask('putSettings', { body: { timeZone: 'Europe/Berlin', holidays: [{ day: '2026-11-24', name: 'Feast' }] } }));
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 2, change: { schedule } } }));
    const verdictAt = async (at: string): Promise<string> =>
      taken(await product.manager.ask('validate', { body: { reader, pin: '073916', at } })).verdict;
    expect(await verdictAt('2026-11-23T08:30:00Z')).toBe('granted');
    expect(await verdictAt('2026-11-23T16:30:00Z')).toBe('schedule');
    expect(await verdictAt('2026-11-24T08:30:00Z')).toBe('schedule');
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 3, change: { isSuspended: true } } }));
    expect(await verdictAt('2026-11-23T08:30:00Z')).toBe('notThisDoor');
  });
});
