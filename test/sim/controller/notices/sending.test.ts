/** Notices of changed PINs and accesses, over a real mail server and a real receiver: sent once, signed, tried again, given up, never lost. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { waitsMs } from '../../../../sim/controller/notices/notice-desk.ts';
import { maxTryMs } from '../../../../sim/controller/notices/sender.ts';
import type { KeptPerson } from '../../../../sim/controller/person-record.ts';
import { taken } from '../rig.ts';
import { ada, Noticing } from './rig.ts';

const email = { subject: 'New code for {name}', text: 'Hello {name},\nlook at the portal of {site}.', mayHoldDigits: false };

/** Resolves once so many mails wait, each of them refused once. */
const areRefused = async ({ store }: Noticing, count: number): Promise<void> => {
  const refused = async (): Promise<number> =>
    (await store.sendings.newest(9)).filter(({ way, state, tries }) => way === 'email' && state === 'waiting' && tries === 1).length;
  await expect.poll(refused).toBe(count);
};

describe('a notice by email', () => {
  it('goes to the person as plain text without digits', async () => {
    const noticing = await Noticing.open();
    await noticing.set({ email });
    await noticing.roll('902764');
    const { from, to, data } = await noticing.mail.mails.next();
    expect([from, to]).toEqual(['MAIL FROM:<door@house.example>', ['RCPT TO:<ada@house.example>']]);
    expect(data).toContain('Subject: New code for Ada\r\n');
    expect(data).toContain('Content-Type: text/plain; charset=utf-8\r\n');
    expect(data).toContain('Hello Ada,\r\nlook at the portal of Site.');
    expect(data).not.toMatch(/902764|0417/);
    expect(await noticing.outcomes.next()).toMatchObject({ trigger: 'pin.changed', way: 'email', person: ada, state: 'sent', tries: 1 });
    expect(noticing.failures).toEqual([]);
  });

  it('holds the code where its text says so, and the audit tells', async () => {
    const noticing = await Noticing.open();
    await noticing.set({ email: { ...email, text: 'Your code is {pin}.', mayHoldDigits: true } });
    await noticing.roll('0902');
    expect((await noticing.mail.mails.next()).data).toContain('Your code is 0902.');
    expect((await noticing.store.audit.newest(9)).map(({ by, what, person }) => [by, what, person])).toContainEqual(['mia', 'pin.emailed', ada]);
  });

  it('never brings a code that was changed again before it was sent', async () => {
    const noticing = await Noticing.open();
    await noticing.set({ email: { ...email, text: 'Your code is {pin}.', mayHoldDigits: true } });
    noticing.mail.answers.set('MAIL', '451 later');
    await noticing.roll('0902');
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', tries: 1, lastError: 'The mail server answered 451.' });
    noticing.mail.answers.delete('MAIL');
    await noticing.roll('0903');
    expect((await noticing.mail.mails.next()).data).toContain('Your code is 0903.');
    await noticing.outcomes.next();
    const [second, first] = await noticing.store.sendings.newest(9);
    expect([second?.state, first?.state, first?.lastError]).toEqual(['sent', 'givenUp', 'The code was changed again.']);
    expect(noticing.mail.mails.items).toHaveLength(1);
  });

  it.each(['access.restored', 'access.timeChanged'] as const)(
    'brings no code that was changed again, whatever else it tells of: %s',
    async (trigger) => {
      const noticing = await Noticing.open();
      await noticing.set({ trigger, email: { ...email, text: 'Your code is {pin}.', mayHoldDigits: true } });
      noticing.mail.answers.set('MAIL', '451 later');
      for (const isSuspended of [true, false]) taken(await noticing.people.change(ada, undefined, (record) => ({ ...record, isSuspended })));
      const until = (record: KeptPerson): KeptPerson => ({ ...record, given: { ...record.given, validUntilS: 4_000_000_000 } });
      taken(await noticing.people.change(ada, undefined, until));
      expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting' });
      noticing.mail.answers.delete('MAIL');
      await noticing.roll('0903');
      const [kept] = await noticing.store.sendings.newest(1);
      expect([kept?.trigger, kept?.state, kept?.lastError]).toEqual([trigger, 'givenUp', 'The code was changed again.']);
      expect(noticing.mail.mails.items).toEqual([]);
    },
  );

  it('brings nobody a code once they are removed, and tells them so', async () => {
    const noticing = await Noticing.open();
    for (const trigger of ['pin.changed', 'access.restored', 'access.revoked'] as const) {
      await noticing.set({ trigger, email: { subject: trigger, text: 'Your code is {pin}.', mayHoldDigits: true } });
    }
    noticing.mail.answers.set('MAIL', '451 later');
    await noticing.roll('0902');
    for (const isSuspended of [true, false]) taken(await noticing.people.change(ada, undefined, (record) => ({ ...record, isSuspended })));
    await areRefused(noticing, 3);
    // What waits by now is as its text was: another one takes no code out of it.
    for (const trigger of ['access.restored', 'access.revoked'] as const) {
      await noticing.set({ trigger, email: { subject: trigger, text: 'So it is.', mayHoldDigits: false } });
    }
    taken(await noticing.people.remove(ada));
    noticing.mail.answers.delete('MAIL');
    noticing.desk.look();
    const { data } = await noticing.mail.mails.next();
    expect(data).toContain('Subject: access.revoked');
    expect(data).not.toMatch(/0902|0417/);
    await expect.poll(() => noticing.store.sendings.nextDueMs()).toBeUndefined();
    const rest = (await noticing.store.sendings.newest(9)).filter(({ state }) => state !== 'sent');
    expect(rest.map(({ state }) => state)).toEqual(['givenUp', 'givenUp', 'givenUp']);
    expect(rest.map(({ lastError }) => lastError)).toContain('The person was removed.');
    expect(noticing.mail.mails.items).toHaveLength(1);
  });

  it('that somebody suspended may not enter is told once more when they are removed while it waits, without their code', async () => {
    const noticing = await Noticing.open();
    const webhook = { url: noticing.receiver.url };
    await noticing.set({ trigger: 'access.revoked', email: { subject: 'Gone', text: 'It was {pin}.', mayHoldDigits: true }, webhook });
    noticing.mail.answers.set('MAIL', '451 later');
    taken(await noticing.people.change(ada, undefined, (record) => ({ ...record, isSuspended: true })));
    await areRefused(noticing, 1);
    taken(await noticing.people.remove(ada));
    noticing.mail.answers.delete('MAIL');
    noticing.desk.look();
    expect((await noticing.mail.mails.next()).data).toMatch(/It was \./);
    await expect.poll(() => noticing.store.sendings.nextDueMs()).toBeUndefined();
    expect((await noticing.store.sendings.newest(9)).map(({ way, state }) => [way, state])).toEqual([
      ['email', 'sent'],
      ['webhook', 'sent'],
      ['email', 'givenUp'],
    ]);
  });

  it('is given up at once when the server refuses its recipient for good, in words of our own', async () => {
    const noticing = await Noticing.open();
    noticing.mail.answers.set('RCPT', '550 nobody called ada 0417');
    await noticing.set({ email });
    await noticing.roll('902764');
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'givenUp', tries: 1, lastError: 'The mail server answered 550.' });
  });

  it('waits for a password that is right, and never goes to a server without one', async () => {
    const noticing = await Noticing.open();
    noticing.mail.answers.set('AUTH', '535 wrong');
    await noticing.set({ email });
    await noticing.roll('902764');
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', lastError: 'The mail server answered 535.' });
    expect(noticing.mail.lines.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  });

  it.each(['greeting', 'EHLO', 'text'] as const)('waits no longer than it may for a server that does not answer: %s', async (command) => {
    const noticing = await Noticing.open();
    noticing.mail.answers.set(command, '');
    await noticing.set({ email });
    await noticing.roll('902764');
    await noticing.mail.hanging.next();
    await noticing.clock.advance(maxTryMs);
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', lastError: 'The mail server took too long.' });
  });

  it('cannot be made to hold another header or recipient by a name', async () => {
    const noticing = await Noticing.open();
    await noticing.people.change(ada, undefined, (record) => ({ ...record, name: 'A\r\nBcc: eve@evil.example\r\n\r\n{pin}' }));
    await noticing.set({ email: { ...email, text: 'Look.' } });
    await noticing.roll('902764');
    const { data, to } = await noticing.mail.mails.next();
    expect([to.length, data.includes('\r\nBcc:'), data.includes('902764')]).toEqual([1, false, false]);
  });
});

describe('a webhook', () => {
  it('is signed as Standard Webhooks says, and holds no digits', async () => {
    const noticing = await Noticing.open();
    await noticing.set({ webhook: { url: noticing.receiver.url } });
    await noticing.roll('902764');
    const { headers, body } = await noticing.receiver.hooks.next();
    expect(JSON.parse(body)).toEqual({
      type: 'pin.changed',
      timestamp: '2026-01-05T08:00:00.000Z',
      data: { person: ada, name: 'Ada', validFrom: null, validUntil: null },
    });
    const key = Buffer.from(noticing.secret.replace('whsec_', ''), 'base64');
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect([key.length, headers['webhook-signature']]).toEqual([32, `v1,${createHmac('sha256', key).update(signed).digest('base64')}`]);
    expect(await noticing.outcomes.next()).toMatchObject({ way: 'webhook', state: 'sent' });
  });

  it('is tried again after growing waits with the same number, and then given up', async () => {
    const noticing = await Noticing.open();
    noticing.receiver.answer = (response) => void response.writeHead(503).end();
    await noticing.set({ webhook: { url: noticing.receiver.url } });
    await noticing.roll('902764');
    for (const [index, waitMs] of waitsMs.entries()) {
      expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', tries: index + 1, lastError: 'The receiver answered 503.' });
      await noticing.clock.advance(waitMs - 1);
      expect(noticing.receiver.hooks.items).toHaveLength(index + 1);
      await noticing.clock.advance(1);
    }
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'givenUp', tries: waitsMs.length + 1 });
    expect(new Set(noticing.receiver.hooks.items.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('that was under way when everything was killed comes again with the same number', async () => {
    const noticing = await Noticing.open();
    noticing.receiver.answer = () => undefined;
    await noticing.set({ webhook: { url: noticing.receiver.url } });
    await noticing.roll('902764');
    const first = await noticing.receiver.hooks.next();
    noticing.receiver.answer = (response) => void response.writeHead(200).end();
    await noticing.restart();
    const second = await noticing.receiver.hooks.next();
    expect([second.headers['webhook-id'], second.body]).toEqual([first.headers['webhook-id'], first.body]);
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'sent', tries: 1 });
    await noticing.restart();
    expect(await noticing.store.sendings.nextDueMs()).toBeUndefined();
    expect([noticing.receiver.hooks.items.length, noticing.failures]).toEqual([2, []]);
  });

  it('follows no redirect, and reads no answer of megabytes', async () => {
    const noticing = await Noticing.open();
    noticing.receiver.answer = (response) => void response.writeHead(302, { location: noticing.receiver.url }).end('x'.repeat(4_000_000));
    await noticing.set({ webhook: { url: noticing.receiver.url } });
    await noticing.roll('902764');
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', lastError: 'The receiver answered 302.' });
    expect(noticing.receiver.hooks.items).toHaveLength(1);
  });

  it('waits no longer than it may for a receiver that does not answer, and mails go meanwhile', async () => {
    const noticing = await Noticing.open();
    noticing.receiver.answer = () => undefined;
    await noticing.set({ email, webhook: { url: noticing.receiver.url } });
    await noticing.roll('902764');
    await noticing.receiver.hooks.next();
    expect(await noticing.outcomes.next()).toMatchObject({ way: 'email', state: 'sent' });
    await noticing.clock.advance(maxTryMs);
    expect(await noticing.outcomes.next()).toMatchObject({ way: 'webhook', state: 'waiting', lastError: 'The receiver took too long.' });
  });

  it('waits while nobody is there', async () => {
    const noticing = await Noticing.open();
    await noticing.set({ webhook: { url: 'http://127.0.0.1:1/' } });
    await noticing.roll('902764');
    expect(await noticing.outcomes.next()).toMatchObject({ state: 'waiting', lastError: 'The receiver cannot be reached.' });
  });

  it('tells that access was revoked, restored, given other times, and ended, each once', async () => {
    const noticing = await Noticing.open();
    const webhook = { url: noticing.receiver.url };
    for (const trigger of ['access.revoked', 'access.restored', 'access.timeChanged'] as const) await noticing.set({ trigger, webhook });
    const change = (part: object) => noticing.people.change(ada, undefined, (record) => ({ ...record, ...part }));
    await change({ isSuspended: true });
    await change({ isSuspended: false });
    await noticing.people.change(ada, undefined, (record) => ({ ...record, given: { ...record.given, validUntilS: 2_000_000_000 } }));
    await change({ isOutOfHours: true });
    await noticing.people.remove(ada);
    const told: unknown[] = [];
    for (let count = 0; count < 4; count += 1) told.push(JSON.parse((await noticing.receiver.hooks.next()).body).type);
    expect(told).toEqual(['access.revoked', 'access.restored', 'access.timeChanged', 'access.revoked']);
    for (let count = 0; count < 4; count += 1) await noticing.outcomes.next();
    expect(await noticing.store.sendings.nextDueMs()).toBeUndefined();
  });
});

it('nothing is sent that nobody has set', async () => {
  const noticing = await Noticing.open();
  await noticing.roll('902764');
  expect(await noticing.store.sendings.newest(9)).toEqual([]);
});

it('what cannot be read on the disk is reported, and looked at again', async () => {
  const noticing = await Noticing.open();
  await noticing.store.close();
  noticing.desk.look();
  await noticing.clock.settle();
  expect(noticing.failures).toHaveLength(2);
  await noticing.clock.advance(10_000);
  expect(noticing.failures).toHaveLength(4);
});

it.each(['email', 'webhook'] as const)('what is kept and is no notice is given up: %s', async (way) => {
  const noticing = await Noticing.open();
  await noticing.store.sendings.add({ atMs: 0, trigger: 'pin.changed', way, content: 'no JSON' });
  noticing.desk.look();
  expect(await noticing.outcomes.next()).toMatchObject({ way, person: null, state: 'givenUp', lastError: 'What is kept of it cannot be read.' });
});
