/** What a controller keeps beside people and events, store by store: it is there after a restart, and what is refused leaves nothing behind. */
import { describe, expect, it } from 'vitest';
import { maxDetailLength } from '../../../sim/controller/audit-store.ts';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
import { maxWaitingSendings } from '../../../sim/controller/sending-store.ts';
import { type EventPlace, maxUnknownCards } from '../../../sim/controller/unknown-card-store.ts';
import { maxWaitingPasswords } from '../../../sim/controller/user-store.ts';
import { Card } from '../../../src/access/card.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { addReader, crypto, deskOf, foundSite, peopleFile, type Site, taken } from './rig.ts';

const author = { by: 'mia', atMs: 1_000 };
const cardOf = (text: string): Card => new Card('text', new TextEncoder().encode(text), text.length);
const reopened = async ({ directory, siteKey, store }: Site, key = siteKey): Promise<ControllerStore> => {
  await store.close();
  return ControllerStore.open({ directory, siteKey: key, crypto });
};
const otherKey = new SecretBytes(new Uint8Array(32));

describe('bookings', () => {
  it('are kept, found, changed and cancelled', async () => {
    const place = await foundSite();
    const { bookings } = place.store;
    const first = await bookings.add({ title: 'Flat 3', unit: '3 left', fromMs: 10, untilMs: 20 });
    const second = await bookings.add({ title: 'Hall', unit: '50 %', fromMs: 30, untilMs: 40 });
    expect([await bookings.change(first, { isOverdue: true, untilMs: 25 }), await bookings.change(99, { title: 'x' })]).toEqual([true, false]);
    expect([await bookings.change(second, {}), await bookings.change(99, {})]).toEqual([true, false]);
    expect(await bookings.change(second, { title: 'Big hall', unit: 'all', fromMs: 31, cancelledMs: 35, isOverdue: false })).toBe(true);
    const again = (await reopened(place)).bookings;
    expect(await again.list({ limit: 9 })).toEqual([
      { id: second, title: 'Big hall', unit: 'all', fromMs: 31, untilMs: 40, isOverdue: false, cancelledMs: 35 },
      { id: first, title: 'Flat 3', unit: '3 left', fromMs: 10, untilMs: 25, isOverdue: true, cancelledMs: undefined },
    ]);
    expect((await again.list({ limit: 9, find: 'LEFT' })).map(({ id }) => id)).toEqual([first]);
    expect((await again.list({ limit: 9, beforeId: second })).map(({ id }) => id)).toEqual([first]);
    expect([(await again.booking(first))?.title, await again.booking(99)]).toEqual(['Flat 3', undefined]);
  });

  it('have shared accesses with a history, and are open until the last of them has ended', async () => {
    const { store } = await foundSite();
    const { bookings } = store;
    const booking = await bookings.add({ title: 'Flat 3', unit: '3', fromMs: 10, untilMs: 20 });
    const id = await bookings.addAccess({ booking, label: 'Cleaner', person: 5, state: 'pending' }, 'Created', author);
    await bookings.changeAccess(id, 'active', 'Auto Grant', { by: 'clock', atMs: 2_000 });
    const access = { id, booking, label: 'Cleaner', person: 5, state: 'active' };
    expect([
      await bookings.access(id),
      await bookings.accessesOf([booking]),
      await bookings.accessOfPerson(5),
      await bookings.accessOfPerson(6),
    ]).toEqual([access, [access], access, undefined]);
    expect((await bookings.open()).map((each) => each.id)).toEqual([booking]);
    await bookings.changeAccess(id, 'revoked', 'Revoked', author);
    expect([await bookings.open(), await bookings.access(99)]).toEqual([[], undefined]);
    expect(await bookings.history(id)).toEqual([
      { what: 'Created', ...author },
      { what: 'Auto Grant', by: 'clock', atMs: 2_000 },
      { what: 'Revoked', ...author },
    ]);
  });
});

describe('the audit', () => {
  it('is read newest first, page by page, and cuts what is too long', async () => {
    const { store } = await foundSite();
    await store.audit.add({ atMs: 1.5, by: 'mia', what: 'pin.shown', person: 7 });
    await store.audit.add({ atMs: 2, by: 'mia', what: 'settings.changed', detail: 'x'.repeat(maxDetailLength + 1) });
    const [second] = await store.audit.newest(1);
    expect([second?.what, second?.detail.length]).toEqual(['settings.changed', maxDetailLength]);
    expect(await store.audit.newest(9, second?.id)).toEqual([{ id: 1, atMs: 1, by: 'mia', what: 'pin.shown', person: 7, detail: '' }]);
  });
});

describe('settings of a site', () => {
  it('are as they were put last, and gone once they are removed', async () => {
    const place = await foundSite();
    await place.store.settings.put('pinLength', 6);
    await place.store.settings.put('pinLength', { length: 8 });
    const { settings } = await reopened(place);
    expect([await settings.get('pinLength'), await settings.get('other')]).toEqual([{ length: 8 }, undefined]);
    await settings.remove('pinLength');
    expect(await settings.get('pinLength')).toBeUndefined();
  });

  it('are sealed where they are secret', async () => {
    const place = await foundSite();
    await place.store.settings.putSecret('mail', 'geheim');
    expect([await place.store.settings.secret('mail'), await place.store.settings.secret('other')]).toEqual(['geheim', undefined]);
    expect(JSON.stringify(await place.store.settings.get('mail'))).not.toContain('geheim');
    await expect((await reopened(place, otherKey)).settings.secret('mail')).rejects.toMatchObject({ code: 'disk.damaged' });
  });
});

describe('schedules', () => {
  const office = { name: 'Office', kind: 'readerMode', times: [{ days: [1, 2], from: '08:00', until: '18:00', mode: 'cardOnly' }] } as const;

  it('are kept, changed, and removed once nobody uses them', async () => {
    const place = await foundSite();
    const { schedules, site, people } = place.store;
    const reader = await addReader(place, 1);
    const [id, access] = [await schedules.add(office), await schedules.add({ name: 'Cleaners', kind: 'personAccess', times: [] })];
    expect(await schedules.list()).toEqual([
      { id: access, name: 'Cleaners', kind: 'personAccess', times: [] },
      { id, ...office },
    ]);
    taken(await schedules.change(id, { ...office, name: 'Work' }));
    expect(await schedules.change(id, { ...office, kind: 'personAccess' })).toEqual({ ok: false, failure: 'wrongKind' });
    expect(await schedules.change(99, office)).toEqual({ ok: false, failure: 'unknownSchedule' });
    await site.changeReader(reader.id, { schedule: id });
    const desk = deskOf(place);
    taken(await desk.importFile(peopleFile({ 1: '0417' })));
    taken(await desk.change(1, undefined, (record) => ({ ...record, schedule: access })));
    expect([await schedules.remove(id), await schedules.remove(access)]).toEqual(new Array(2).fill({ ok: false, failure: 'inUse' }));
    expect([await schedules.peopleOf(access), (await people.record(1))?.schedule]).toEqual([[1], access]);
    await site.changeReader(reader.id, { schedule: undefined });
    taken(await schedules.remove(id));
    expect(await schedules.remove(id)).toEqual({ ok: false, failure: 'unknownSchedule' });
  });
});

describe('users', () => {
  it('are known by their password, and by nothing else', async () => {
    const place = await foundSite();
    const id = taken(await place.store.users.add({ name: 'mia', role: 'manager' }, 'correct horse'));
    expect(await place.store.users.add({ name: 'mia', role: 'tenant' }, 'something else')).toEqual({ ok: false, failure: 'nameTaken' });
    const { users } = await reopened(place);
    const mia = { id, name: 'mia', role: 'manager', person: undefined };
    expect([
      await users.verify('mia', 'correct horse'),
      await users.verify('mia', 'Correct horse'),
      await users.verify('bo', 'correct horse'),
    ]).toEqual([mia, undefined, undefined]);
    await users.changePassword(id, 'battery staple');
    expect([await users.verify('mia', 'correct horse'), await users.verify('mia', 'battery staple')]).toEqual([undefined, mia]);
    expect([await users.list(), await users.user(id), await users.user(99)]).toEqual([[mia], mia, undefined]);
  });

  it('keep their last manager', async () => {
    const { users } = (await foundSite()).store;
    const [mia, tenant] = [
      taken(await users.add({ name: 'mia', role: 'manager' }, 'a')),
      taken(await users.add({ name: 't', role: 'tenant', person: 7 }, 'b')),
    ];
    expect([await users.remove(mia), await users.remove(tenant), await users.remove(tenant)]).toEqual([
      { ok: false, failure: 'lastManager' },
      { ok: true, value: undefined },
      { ok: false, failure: 'unknownUser' },
    ]);
  });

  it('are refused where too many passwords wait to be looked at', async () => {
    const { users } = (await foundSite()).store;
    const ends = await Promise.allSettled(Array.from({ length: maxWaitingPasswords + 2 }, () => users.verify('mia', 'x')));
    expect(ends.filter(({ status }) => status === 'rejected').length).toBe(1);
  });
});

describe('notices that are to be sent', () => {
  const notice = { atMs: 1_000, trigger: 'pin.changed', way: 'email', person: 7, content: 'Your new code is 0417.' } as const;

  it('wait until they are due, are tried again, and end as sent or given up', async () => {
    const place = await foundSite();
    const [first, second] = [await place.store.sendings.add(notice), await place.store.sendings.add({ ...notice, way: 'webhook' })];
    const { sendings } = await reopened(place);
    expect((await sendings.due(999, 9)).length).toBe(0);
    expect((await sendings.due(1_000, 9)).map(({ id, content }) => [id, content])).toEqual([
      [first, notice.content],
      [second, notice.content],
    ]);
    await sendings.failed(first, 'no route', 5_000);
    expect([(await sendings.due(4_999, 9)).map(({ id }) => id), await sendings.nextDueMs()]).toEqual([[second], 1_000]);
    await sendings.sent(second);
    await sendings.sent(second);
    await sendings.failed(first, 'y'.repeat(1_000), undefined);
    expect([await sendings.nextDueMs(), await sendings.due(9_000, 9)]).toEqual([undefined, []]);
    const told = (await sendings.newest(9)).map(({ id, state, tries, lastError }) => [id, state, tries, lastError?.length]);
    expect(told).toEqual([
      [second, 'sent', 1, undefined],
      [first, 'givenUp', 2, 300],
    ]);
    expect((await sendings.newest(9, second)).map(({ id }) => id)).toEqual([first]);
  });

  it('are given up, the oldest first, where too many wait', async () => {
    const { store } = await foundSite();
    await store.write(async ({ sendings }) => {
      for (let at = 0; at <= maxWaitingSendings; at += 1) await sendings.add({ atMs: at, trigger: 'pin.changed', way: 'email', content: '' });
      await sendings.giveUpOverflow();
    });
    const [oldest, next] = (await store.sendings.newest(maxWaitingSendings + 1)).toReversed();
    expect([oldest?.state, oldest?.lastError, next?.state]).toEqual(['givenUp', 'Too many wait.', 'waiting']);
  });

  it('are opened by the key of their site only', async () => {
    const place = await foundSite();
    await place.store.sendings.add(notice);
    await expect((await reopened(place, otherKey)).sendings.due(1_000, 9)).rejects.toMatchObject({ code: 'disk.damaged' });
  });
});

describe('cards that nobody has', () => {
  it('are kept once each, the newest first, until they are somebody’s', async () => {
    const place = await foundSite();
    const [one, two] = [await addReader(place, 1), await addReader(place, 2)];
    const { unknownCards } = place.store;
    const first = await unknownCards.keep(one.id, cardOf('A1'), 10);
    const second = await unknownCards.keep(one.id, cardOf('B2'), 20);
    expect(await unknownCards.keep(two.id, cardOf('A1'), 30)).toBe(first);
    expect((await unknownCards.list()).map(({ id, reader, seenMs, card }) => [id, reader, seenMs, card.tail])).toEqual([
      [first, two.id, 30, 'A1'],
      [second, one.id, 20, 'B2'],
    ]);
    await unknownCards.forget(second);
    expect([(await unknownCards.card(first))?.card.tail, await unknownCards.card(second)]).toEqual(['A1', undefined]);
    await expect((await reopened(place, otherKey)).unknownCards.list()).rejects.toMatchObject({ code: 'disk.damaged' });
  });

  it('are known by the event that told of them, with their form as the reader read it', async () => {
    const place = await foundSite();
    const { id } = await addReader(place, 1);
    const { unknownCards } = place.store;
    const asBits = (text: string): Card => new Card('bits', new TextEncoder().encode(text), text.length * 8);
    const event = (sequence: number): EventPlace => ({ epoch: 'a', sequence });
    await unknownCards.toldOf(id, 'A1', event(1));
    const text = await unknownCards.keep(id, asBits('CARDA1'), 10);
    await unknownCards.toldOf(id, 'A1', event(2));
    const bits = await unknownCards.keep(id, new Card('bits', Uint8Array.of(0x12, 0x34, 0x80), 17), 20);
    await unknownCards.toldOf(id, '80', event(3));
    const even = await unknownCards.keep(id, new Card('bits', Uint8Array.of(0x12, 0xa1), 16), 25);
    await unknownCards.toldOf(id, 'a1', event(4));
    expect((await unknownCards.list()).map((seen) => [seen.id, seen.card.form, seen.card.length, seen.card.tail, seen.event?.sequence])).toEqual([
      [even, 'bits', 16, 'a1', 4],
      [bits, 'bits', 17, '80', 3],
      [text, 'text', 6, 'A1', 2],
    ]);
    const again = await unknownCards.keep(id, asBits('CARDA1'), 30);
    expect(await unknownCards.keep(id, new Card('bits', Uint8Array.of(0x12, 0x34, 0x80), 17), 5)).toBe(bits);
    await unknownCards.toldOf(id, 'A1', event(5));
    expect((await unknownCards.list()).map((seen) => [seen.id, seen.card.form, seen.event?.sequence])).toEqual([
      [again, 'text', 5],
      [even, 'bits', 4],
      [bits, 'bits', undefined],
    ]);
  });

  it('are no more than a few hundred', async () => {
    const place = await foundSite();
    const { id } = await addReader(place, 1);
    await place.store.write(async ({ unknownCards }) => {
      for (let at = 0; at <= maxUnknownCards; at += 1) await unknownCards.keep(id, cardOf(`CARD${at}`), at);
    });
    const kept = await place.store.unknownCards.list();
    expect([kept.length, kept.at(-1)?.seenMs]).toEqual([maxUnknownCards, 1]);
  });
});

describe('readers', () => {
  it('have a model, a schedule and a place on the line that can be changed', async () => {
    const place = await foundSite();
    const [one, two] = [await addReader(place, 1), await addReader(place, 2)];
    const { site } = place.store;
    expect([one.model, one.schedule]).toEqual(['RPK40', undefined]);
    await site.changeReader(one.id, { name: 'Gate', model: 'RP15' });
    expect(await site.moveReader(one.id, two.address)).toEqual({ ok: false, failure: 'addressInUse' });
    taken(await site.moveReader(one.id, 5));
    const [, moved] = await site.readers();
    expect([moved?.name, moved?.model, moved?.address]).toEqual(['Gate', 'RP15', 5]);
  });

  it('are replaced by new hardware, which has no table and begins above the versions of the old', async () => {
    const place = await foundSite();
    const { site } = place.store;
    const [one, two] = [await addReader(place, 1), await addReader(place, 2)];
    const state = { version: 4, contentHash: new Uint8Array(32), persons: 1, credentials: 1, revocation: 0 };
    await site.takeVersion(one.id, 3);
    await site.keepInForce(one.id, { state, throughChange: 1, baseVersion: 0 });
    expect(await site.replaceReader(one.id, two)).toEqual({ ok: false, failure: 'readerKnown' });
    taken(await site.replaceReader(one.id, { ...two, reader: new Uint8Array(16).fill(9) }));
    const [now] = await site.readers();
    expect([now?.id, now?.name, now?.reader[0], now?.scbk.reveal(), await site.inForce(one.id), await site.takeVersion(one.id, 0)]).toEqual([
      one.id,
      one.name,
      9,
      two.scbk.reveal(),
      undefined,
      5,
    ]);
  });
});

describe('the activity log', () => {
  it('is filtered by reader, person, code and time, newest first, and forgets what is old', async () => {
    const place = await foundSite();
    const { id } = await addReader(place, 1);
    const { events } = place.store;
    const entryAt = (sequence: number) =>
      ({
        epoch: 'e',
        sequence,
        boot: 1,
        monotonicMs: 0,
        wallMs: sequence * 1_000,
        wallTrusted: true,
        code: sequence % 2 ? 'pin.wrong' : 'access.granted',
        person: sequence,
        fields: {},
      }) as const;
    for (let at = 1; at <= 6; at += 1)
      await events.keep({ reader: id, epoch: 'e', sequence: at, receivedMs: 7_000, entry: entryAt(at), bytes: Uint8Array.of(at) });
    const found = async (filter: Parameters<typeof events.newest>[0], before?: number): Promise<readonly number[]> =>
      (await events.newest(filter, 3, before)).map(({ sequence }) => sequence);
    expect([
      await found({}),
      await found({}, 4),
      await found({ codes: ['pin.wrong'] }),
      await found({ person: 2, reader: id }),
      await found({ reader: 99 }),
    ]).toEqual([[6, 5, 4], [3, 2, 1], [5, 3, 1], [2], []]);
    expect([await found({ fromMs: 2_000, untilMs: 4_000 }), await events.countOf({ fromMs: 2_000 })]).toEqual([[3, 2], 5]);
    expect([await events.forgetBefore(4_000, 9), await events.forgetBefore(9_000, 4), await events.count()]).toEqual([0, 4, 2]);
  });
});
