/** Bookings and their shared accesses over the API, down to the door: given, locked, restored, regenerated, and ended by time or by hand. */
import { describe, expect, it } from 'vitest';
import type { ManagerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { AnswerOf } from '../../../../sim/controller/api/route.ts';
import { maxAccesses } from '../../../../sim/controller/booking-desk.ts';
import { momentOf } from '../../../../sim/controller/calls/call-parts.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const minuteMs = 60_000;

type Shared = AnswerOf<ManagerRoutes['addShared']>;

/** A booking from so many minutes from now to so many. */
const booked = async ({ manager, clock }: Product, fromMin: number, untilMin: number): Promise<string> => {
  const at = (minutes: number): string => momentOf(clock.wall().ms + minutes * minuteMs);
  const made = await manager.ask('addBooking', { body: { title: 'Summer', unit: '4B', from: at(fromMin), until: at(untilMin) } });
  return String(taken(made).id);
};

const shared = async ({ manager }: Product, booking: string, label = 'Guest'): Promise<Shared> =>
  taken(await manager.ask('addShared', { params: { id: booking }, body: { label } }));

const accessOf = async ({ manager }: Product): Promise<Shared['access'] | undefined> =>
  taken(await manager.ask('listBookings')).bookings[0]?.accesses[0];

const stepsOf = (access: Shared['access'] | undefined): readonly string[] => (access?.history ?? []).map(({ what, by }) => `${what} by ${by}`);

/** Types once the reader has everybody. */
const tries = async (product: Product, digits: string): Promise<string> => {
  await product.inStep();
  await product.clock.advance(10_000);
  return product.types(`${digits}#`);
};

const by = (access: Shared['access']) => ({ params: { id: String(access.id) } });

describe('a shared access', () => {
  it('opens while its booking runs, and is locked and restored with the same code', async () => {
    const product = await openProduct();
    const { access, shown } = await shared(product, await booked(product, -1, 60));
    expect(access).toMatchObject({ state: 'active', label: 'Guest', pin: { length: 6 } });
    expect(await tries(product, shown.digits)).toBe('access.granted');
    expect(taken(await product.manager.ask('lockShared', by(access))).state).toBe('lockedManual');
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    expect(taken(await product.manager.ask('restoreShared', by(access))).state).toBe('active');
    expect(await tries(product, shown.digits)).toBe('access.granted');
    expect(taken(await product.manager.ask('showShared', by(access))).digits).toBe(shown.digits);
    expect(stepsOf(await accessOf(product))).toEqual(['Manual Grant by operator', 'Manual Lock by operator', 'Manual Restore by operator']);
    expect((await product.store.audit.newest(10)).map(({ what, detail }) => `${what} ${detail}`.trimEnd()).toReversed()).toEqual([
      'booking.added Summer',
      'person.added',
      'pin.issued',
      'shared.added Guest',
      'person.changed isSuspended',
      'shared.locked Guest',
      'person.changed isSuspended',
      'shared.restored Guest',
      'pin.shown',
    ]);
    expect(product.told.some((message) => message.kind === 'changed' && message.what === 'bookings')).toBe(true);
  });

  it('regenerated opens by its new code alone, and the old one rests', async () => {
    const product = await openProduct();
    const { access, shown } = await shared(product, await booked(product, -1, 60));
    await product.inStep();
    const before = await product.store.people.stand();
    const again = taken(await product.manager.ask('regenerateShared', by(access)));
    expect([again.shown.digits === shown.digits, again.access.state, again.access.pin?.oldCodeAt]).toEqual([false, 'active', 1]);
    const after = await product.store.people.stand();
    expect([after.change - before.change, after.revocation - before.revocation]).toEqual([1, 1]);
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    expect(await tries(product, again.shown.digits)).toBe('access.granted');
    const id = String(taken(await product.manager.ask('addPerson', { body: { name: 'Ada' } })).id);
    for (const digits of [shown.digits, again.shown.digits]) {
      const refusal = await product.manager.ask('newPin', { params: { id }, body: { digits } });
      expect(refusal).toMatchObject({ failure: { code: 'pinNotAvailable', sentence: 'This code is not available. Choose another.' } });
    }
    expect(stepsOf(await accessOf(product)).at(-1)).toBe('Regenerate by operator');
  });

  it('stays locked when it is regenerated', async () => {
    const product = await openProduct();
    const { access } = await shared(product, await booked(product, -1, 60));
    taken(await product.manager.ask('lockShared', by(access)));
    const again = taken(await product.manager.ask('regenerateShared', by(access)));
    expect(again.access.state).toBe('lockedManual');
    expect(await tries(product, again.shown.digits)).toBe('credential.notFound');
    taken(await product.manager.ask('restoreShared', by(access)));
    expect(await tries(product, again.shown.digits)).toBe('access.granted');
  });

  it('begins and ends by time, at the door and in its history, and its code is gone for good', async () => {
    const product = await openProduct();
    const { access, shown } = await shared(product, await booked(product, 2, 4));
    expect(access.state).toBe('pending');
    expect(await tries(product, shown.digits)).toBe('credential.notYetValid');
    await product.clock.advance(2 * minuteMs);
    expect((await accessOf(product))?.state).toBe('active');
    expect(await tries(product, shown.digits)).toBe('access.granted');
    await product.clock.advance(2 * minuteMs);
    expect(await accessOf(product)).toMatchObject({ state: 'expired', pin: null });
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    expect(stepsOf(await accessOf(product))).toEqual(['Manual Grant by operator', 'Auto Grant by controller', 'Auto Expire by controller']);
    for (const name of ['showShared', 'regenerateShared', 'lockShared', 'restoreShared', 'revokeShared'] as const) {
      expect(await product.manager.ask(name, by(access)), name).toMatchObject({ failure: { code: 'isOver' } });
    }
    const { events } = taken(await product.manager.ask('listEvents'));
    expect(events.find(({ code }) => code === 'access.granted')?.personName).toBe('Guest');
  });

  it('ends at the door without a controller, and in its history when that is back', async () => {
    const product = await openProduct();
    const { access, shown } = await shared(product, await booked(product, 1, 3));
    await product.inStep();
    const { manager } = await product.restart(2 * minuteMs);
    expect(await product.types(`${shown.digits}#`)).toBe('access.granted');
    await product.clock.advance(2 * minuteMs);
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    const [booking] = taken(await manager.ask('listBookings')).bookings;
    expect([booking?.state, booking?.accesses[0]?.state]).toEqual(['over', 'expired']);
    expect(await manager.ask('showShared', by(access))).toMatchObject({ failure: { code: 'isOver' } });
  });

  it('revoked by hand is over, and nobody else gets its number', async () => {
    const product = await openProduct();
    const { access, shown } = await shared(product, await booked(product, -1, 60));
    expect(taken(await product.manager.ask('revokeShared', by(access)))).toMatchObject({ state: 'revoked', pin: null });
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    expect(await product.manager.ask('revokeShared', by(access))).toMatchObject({ failure: { code: 'isOver' } });
    expect(taken(await product.manager.ask('addPerson', { body: { name: 'Ada' } })).id).toBeGreaterThan(access.person);
  });
});

describe('a booking', () => {
  it('locks its accesses while it is overdue, and what was locked by hand stays so', async () => {
    const product = await openProduct();
    const booking = await booked(product, -1, 60);
    const [first, second] = [await shared(product, booking, 'One'), await shared(product, booking, 'Two')];
    taken(await product.manager.ask('lockShared', by(second.access)));
    const overdue = async (isOverdue: boolean): Promise<readonly string[]> =>
      taken(await product.manager.ask('changeBooking', { params: { id: booking }, body: { isOverdue } })).accesses.map(({ state }) => state);
    expect(await overdue(true)).toEqual(['lockedAuto', 'lockedManual']);
    expect((await shared(product, booking, 'Three')).access.state).toBe('lockedAuto');
    expect(await tries(product, first.shown.digits)).toBe('credential.notFound');
    expect(await overdue(true)).toEqual(['lockedAuto', 'lockedManual', 'lockedAuto']);
    expect(await overdue(false)).toEqual(['active', 'lockedManual', 'active']);
    expect(await tries(product, first.shown.digits)).toBe('access.granted');
  });

  it('moves its accesses with its dates', async () => {
    const product = await openProduct();
    const booking = await booked(product, -1, 60);
    const { shown } = await shared(product, booking);
    const later = momentOf(product.clock.wall().ms + 30 * minuteMs);
    const moved = taken(await product.manager.ask('changeBooking', { params: { id: booking }, body: { from: later, title: 'Autumn', unit: '' } }));
    expect(moved).toMatchObject({ title: 'Autumn', unit: '', state: 'upcoming', from: later, accesses: [{ state: 'pending' }] });
    expect(await tries(product, shown.digits)).toBe('credential.notYetValid');
    const earlier = { from: momentOf(product.clock.wall().ms - minuteMs), until: momentOf(product.clock.wall().ms - 1) };
    const over = taken(await product.manager.ask('changeBooking', { params: { id: booking }, body: earlier }));
    expect(over).toMatchObject({ state: 'over', accesses: [{ state: 'expired' }] });
    const refused = await product.manager.ask('changeBooking', { params: { id: booking }, body: { until: earlier.from } });
    expect(refused).toMatchObject({ failure: { code: 'untilBeforeFrom' } });
    expect(await product.manager.ask('addShared', { params: { id: booking }, body: { label: 'Late' } })).toMatchObject({
      failure: { code: 'isOver' },
    });
  });

  it('cancelled takes all its accesses with it', async () => {
    const product = await openProduct();
    const booking = await booked(product, -1, 60);
    const { shown } = await shared(product, booking);
    taken(await product.manager.ask('cancelBooking', { params: { id: booking } }));
    expect(await tries(product, shown.digits)).toBe('credential.notFound');
    const [view] = taken(await product.manager.ask('listBookings')).bookings;
    expect([view?.state, view?.accesses[0]?.state, stepsOf(view?.accesses[0]).at(-1)]).toEqual(['cancelled', 'revoked', 'Auto Revoke by operator']);
    const asked = { params: { id: booking } };
    expect(await product.manager.ask('cancelBooking', asked)).toMatchObject({ failure: { code: 'isOver' } });
    expect(await product.manager.ask('changeBooking', { ...asked, body: { title: 'X' } })).toMatchObject({ failure: { code: 'isOver' } });
  });

  it('is found by title or unit, newest first, a page at a time', async () => {
    const product = await openProduct();
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) ids.push(await booked(product, 1, 2));
    const first = taken(await product.manager.ask('listBookings', { query: { limit: '2', find: 'summ' } as never }));
    expect([first.bookings.map(({ id }) => String(id)), first.next]).toEqual([[ids[2], ids[1]], Number(ids[1])]);
    const rest = taken(await product.manager.ask('listBookings', { query: { limit: '2', after: String(first.next) } as never }));
    expect([rest.bookings.map(({ id }) => String(id)), rest.next]).toEqual([[ids[0]], null]);
    expect(taken(await product.manager.ask('listBookings', { query: { find: 'none' } })).bookings).toEqual([]);
  });

  it('is refused where it ends before it begins, and what is not there is not found', async () => {
    const product = await openProduct();
    const [from, until] = [momentOf(2 * minuteMs), momentOf(2 * minuteMs)];
    const wrong = await product.manager.ask('addBooking', { body: { title: 'T', unit: '', from, until } });
    expect(wrong).toMatchObject({ failure: { code: 'untilBeforeFrom' } });
    const nothing = { params: { id: '9' } };
    for (const name of ['cancelBooking', 'regenerateShared', 'lockShared', 'restoreShared', 'revokeShared', 'showShared'] as const) {
      expect(await product.manager.ask(name, nothing), name).toMatchObject({ failure: { code: 'notFound' } });
    }
    expect(await product.manager.ask('changeBooking', { ...nothing, body: {} })).toMatchObject({ failure: { code: 'notFound' } });
    expect(await product.manager.ask('addShared', { ...nothing, body: { label: 'A' } })).toMatchObject({ failure: { code: 'notFound' } });
  });

  it('has room for so many accesses and no more', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await product.clock.advance(1_000);
    const booking = await booked(product, -1, 60);
    for (let made = 0; made < maxAccesses; made += 1) await shared(product, booking);
    const refused = await product.manager.ask('addShared', { params: { id: booking }, body: { label: 'One more' } });
    expect(refused).toMatchObject({ failure: { code: 'notValid', sentence: 'One booking has no room for more accesses.' } });
  });

  it('is seen by staff, changed by managers, and no business of tenants', async () => {
    const product = await openProduct();
    const booking = await booked(product, -1, 60);
    const { access, shown } = await shared(product, booking);
    const body = { title: 'T', unit: '', from: momentOf(0), until: momentOf(minuteMs) };
    for (const role of ['installer', 'auditor'] as const) {
      const client = await product.as(role);
      expect(JSON.stringify(taken(await client.ask('listBookings'))).includes(shown.digits)).toBe(false);
      const refusals = [
        await client.ask('addBooking', { body }),
        await client.ask('showShared', by(access)),
        await client.ask('lockShared', by(access)),
      ];
      for (const refusal of refusals) expect(refusal).toMatchObject({ failure: { code: 'notAllowed' } });
    }
    const tenant = await product.as('tenant', access.person);
    expect(await tenant.ask('listBookings')).toMatchObject({ failure: { code: 'notAllowed' } });
    expect(taken(await tenant.ask('portal')).accesses).toMatchObject([{ label: 'Guest', state: 'active', digits: shown.digits }]);
  });

  it('keeps one state where several hands are laid on it at once', async () => {
    const product = await openProduct();
    const booking = await booked(product, -1, 60);
    const { access } = await shared(product, booking);
    const asked = ['lockShared', 'regenerateShared', 'restoreShared', 'regenerateShared', 'lockShared'] as const;
    const answers = await Promise.all(asked.map((name) => product.manager.ask(name, by(access))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const present = await accessOf(product);
    const last = stepsOf(present).findLast((step) => step.includes('Manual'));
    expect(present?.state).toBe(last?.startsWith('Manual Lock') ? 'lockedManual' : 'active');
    const record = await product.store.people.record(access.person);
    expect(record?.isSuspended).toBe(present?.state === 'lockedManual');
  });
});
