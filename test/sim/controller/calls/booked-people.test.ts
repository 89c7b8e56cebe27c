/** People behind accesses of bookings over the API: nobody opens, changes or removes them behind their booking's back. */
import { expect, it } from 'vitest';
import { PeopleDesk } from '../../../../sim/controller/people-desk.ts';
import { PinDesk } from '../../../../sim/controller/pin-desk.ts';
import { UpdateDesk } from '../../../../sim/controller/update-desk.ts';
import { ControllerDesk } from '../../../../sim/processes/controller-desk.ts';
import { crypto, taken } from '../rig.ts';
import { openProduct } from './rig.ts';

it('an access is changed under its booking and nowhere else', async () => {
  const product = await openProduct();
  const { manager, clock } = product;
  const nowMs = clock.wall().ms;
  const times = { from: new Date(nowMs - 60_000).toISOString(), until: new Date(nowMs + 86_400_000).toISOString() };
  const booking = taken(await manager.ask('addBooking', { body: { title: 'Stay', unit: '4', ...times } }));
  const { access, shown } = taken(await manager.ask('addShared', { params: { id: String(booking.id) }, body: { label: 'Guest' } }));
  taken(await manager.ask('lockShared', { params: { id: String(access.id) } }));
  const params = { id: String(access.person) };
  const { revision, booking: isOf } = taken(await manager.ask('getPerson', { params }));
  expect(isOf).toBe(booking.id);
  const refusals = [
    await manager.ask('changePerson', { params, body: { revision, change: { isSuspended: false, validUntil: null } } }),
    await manager.ask('removePerson', { params }),
    await manager.ask('addCard', { params, body: { card: '26:0x123456' } }),
    await manager.ask('removeCard', { params: { ...params, card: '1' } }),
    await manager.ask('newPin', { params, body: {} }),
    await manager.ask('rollPin', { params }),
    await manager.ask('removePin', { params }),
    await manager.ask('newDuressPin', { params, body: {} }),
    await manager.ask('removeDuressPin', { params }),
    await manager.ask('addUser', { body: { name: 'guest', password: 'a long password', role: 'tenant', person: access.person } }),
  ];
  for (const refusal of refusals)
    expect(refusal).toMatchObject({ failure: { code: 'isOfBooking', sentence: expect.stringContaining('Bookings') as string } });
  taken(await manager.ask('changeBooking', { params: { id: String(booking.id) }, body: { title: 'Stay, corrected' } }));
  await product.inStep();
  expect(await product.types(`${shown.digits}#`)).toBe('credential.notFound');
  expect(taken(await manager.ask('listBookings')).bookings[0]?.accesses[0]?.state).toBe('lockedManual');
});

it('an access is nobody of a people file: it stays when nobody names it, and its number and code are refused', async () => {
  const { manager, clock, store } = await openProduct();
  const nowMs = clock.wall().ms;
  const times = { from: new Date(nowMs - 60_000).toISOString(), until: new Date(nowMs + 86_400_000).toISOString() };
  const booking = taken(await manager.ask('addBooking', { body: { title: 'Stay', unit: '4', ...times } }));
  const { access, shown } = taken(await manager.ask('addShared', { params: { id: String(booking.id) }, body: { label: 'Guest' } }));
  const desk = new PeopleDesk({ store, crypto, clock, changed: () => undefined });
  const take = (line: string): ReturnType<PeopleDesk['importChanges']> =>
    desk.importChanges(new TextEncoder().encode(`person,pin,cards\n${line}\n`), undefined);
  taken(await take('50,704193,'));
  expect(await store.people.record(access.person)).toBeDefined();
  expect(await take(`${access.person},581936,`)).toMatchObject({ ok: false, failure: [{ line: 2, column: 'person' }] });
  expect(await take(`51,${shown.digits},`)).toMatchObject({ ok: false, failure: [{ line: 2, column: 'pin' }] });
});

it('an access is rolled and removed by nobody who types at the controller’s terminal', async () => {
  const { manager, clock, store } = await openProduct();
  const nowMs = clock.wall().ms;
  const times = { from: new Date(nowMs - 60_000).toISOString(), until: new Date(nowMs + 86_400_000).toISOString() };
  const booking = taken(await manager.ask('addBooking', { body: { title: 'Stay', unit: '4', ...times } }));
  const { access } = taken(await manager.ask('addShared', { params: { id: String(booking.id) }, body: { label: 'Guest' } }));
  const before = await store.people.record(access.person);
  const said: string[] = [];
  const io = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
  const people = new PeopleDesk({ store, crypto, clock, changed: () => undefined });
  const pins = new PinDesk({ store, people, clock, crypto, floor: () => Promise.resolve(undefined) });
  const desk = new ControllerDesk({
    io,
    store,
    clock,
    names: new Map(),
    people: () => people,
    pins: () => pins,
    updates: new UpdateDesk(store),
    say: () => undefined,
    readers: () => [],
  });
  for (const line of [`roll ${access.person}`, `roll ${access.person} 704193`, `remove ${access.person}`]) await desk.carryOut(line);
  expect(said).toEqual(Array.from({ length: 3 }, () => 'That is an access of a booking, and changes with it.\n'));
  expect(await store.people.record(access.person)).toEqual(before);
});
