/** What managers may set of notices over the API, what they are refused, and what they are shown of it. */
import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/shared/assert.ts';
import { openProduct } from '../calls/rig.ts';
import { taken } from '../rig.ts';
import { openMailServer, openReceiver } from './servers.ts';

const email = { subject: 'New code', text: 'Hello {name}, see {site}.', mayHoldDigits: false };
const off = { trigger: 'pin.changed', email: null, webhook: null } as const;
const server = { host: 'mail.house.example', port: 465, secure: true, user: 'door', from: 'door@house.example' };

describe('notices over the API', () => {
  it('are off until somebody sets them, and are sent from then on', async () => {
    const product = await openProduct();
    const { manager } = product;
    const [mail, receiver] = [await openMailServer(), await openReceiver()];
    expect(taken(await manager.ask('listNotices'))).toEqual({ notices: [], mailServer: null, sendings: [] });
    const { secret } = taken(await manager.ask('webhookSecret'));
    expect(secret).toMatch(/^whsec_[A-Za-z\d+/]{43}=$/);
    const plain = { ...server, host: '127.0.0.1', port: mail.port, secure: false };
    expect(taken(await manager.ask('putMailServer', { body: { ...plain, password: 'a good one' } }))).toEqual(plain);
    const notice = { ...off, email, webhook: { url: receiver.url } };
    expect(taken(await manager.ask('putNotice', { body: notice }))).toEqual(notice);

    const { id } = taken(await manager.ask('addPerson', { body: { name: 'Ada', email: 'ada@house.example' } }));
    const { digits } = taken(await manager.ask('newPin', { params: { id: String(id) }, body: { length: 6 } }));
    const [{ data }, { body }] = await Promise.all([mail.mails.next(), receiver.hooks.next()]);
    expect([data.includes('Hello Ada, see Site.'), data.includes(digits), body.includes(digits)]).toEqual([true, false, false]);
    await expect.poll(() => product.told.filter(({ kind }) => kind === 'sending').length).toBe(2);
    const shown = taken(await manager.ask('listNotices'));
    expect([shown.notices, shown.mailServer]).toEqual([[notice], plain]);
    expect(shown.sendings.map(({ way, person, state }) => [way, person, state])).toEqual([
      ['webhook', id, 'sent'],
      ['email', id, 'sent'],
    ]);
    const audit = (await product.store.audit.newest(99)).map(({ what, detail }) => `${what} ${detail}`);
    expect(audit).toEqual(expect.arrayContaining(['webhookSecret.renewed ', 'mailServer.set 127.0.0.1', 'notice.set pin.changed: email, webhook']));
    const files = JSON.stringify([shown, audit, product.told]);
    expect([files.includes('a good one'), files.includes(secret), files.includes(digits)]).toEqual([false, false, false]);
  });

  it('that wait are given up when they are turned off', async () => {
    const { manager, store, told } = await openProduct();
    taken(await manager.ask('webhookSecret'));
    taken(await manager.ask('putNotice', { body: { ...off, webhook: { url: 'http://127.0.0.1:1/' } } }));
    const { id } = taken(await manager.ask('addPerson', { body: { name: 'Ada' } }));
    taken(await manager.ask('newPin', { params: { id: String(id) }, body: { length: 6 } }));
    await expect.poll(() => told.filter(({ kind }) => kind === 'sending').length).toBe(1);
    taken(await manager.ask('putNotice', { body: off }));
    expect((await store.sendings.newest(9)).map(({ state, lastError }) => [state, lastError])).toEqual([['givenUp', 'It was turned off.']]);
  });

  it.each([
    ['an unknown hole', { ...email, text: 'Hello {nmae}.' }, 'email.text'],
    ['a hole that every object has', { ...email, text: '{constructor}' }, 'email.text'],
    ['a code that nobody allowed', { ...email, text: 'Code {pin}' }, 'email.text'],
    ['a code in the subject', { ...email, subject: 'Code {pin}', mayHoldDigits: true }, 'email.subject'],
    ['a subject of two lines', { ...email, subject: 'New\r\nBcc: eve@evil.example' }, 'email.subject'],
    ['a subject that is too long', { ...email, subject: 'x'.repeat(201) }, 'email.subject'],
    ['no text', { ...email, text: ' ' }, 'email.text'],
    ['a text that is too long', { ...email, text: 'x'.repeat(10_001) }, 'email.text'],
  ])('are refused with %s, and with what is expected instead', async (_, mail, at) => {
    const { manager, store } = await openProduct();
    const refused = await manager.ask('putNotice', { body: { ...off, email: mail } });
    expect(refused).toMatchObject({ ok: false, failure: { code: 'notValid', where: [{ at }] } });
    expect(await store.settings.get('notices')).toBeUndefined();
  });

  it('name the holes that there are', async () => {
    const { manager } = await openProduct();
    const refused = await manager.ask('putNotice', { body: { ...off, email: { ...email, text: '{nmae}' } } });
    expect(JSON.stringify(refused)).toContain('{name}, {site}, {when}, {from}, {until}, {pin}');
  });

  it.each([
    'http://other.example/',
    `https://${'name:password'}@other.example/`,
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'other.example',
    `https://other.example/${'x'.repeat(500)}`,
    'http://127.0.0.1.evil.example/',
  ])('call no address like %s', async (url) => {
    const { manager } = await openProduct();
    taken(await manager.ask('webhookSecret'));
    expect(await manager.ask('putNotice', { body: { ...off, webhook: { url } } })).toMatchObject({ failure: { where: [{ at: 'webhook.url' }] } });
  });

  it('call nobody before there is a secret to sign with', async () => {
    const { manager } = await openProduct();
    const ask = () => manager.ask('putNotice', { body: { ...off, webhook: { url: 'https://other.example/hook' } } });
    expect(await ask()).toMatchObject({ failure: { where: [{ at: 'webhook' }] } });
    taken(await manager.ask('webhookSecret'));
    expect((await ask()).ok).toBe(true);
  });
});

describe('the mail server', () => {
  it.each([
    ['host', { host: 'mail house' }],
    ['host', { host: 'mail\r\nhouse' }],
    ['port', { port: 0 }],
    ['port', { port: 25.5 }],
    ['port', { port: 65_536 }],
    ['user', { user: 'door\r\n' }],
    ['from', { from: 'door@house.example, eve@evil.example' }],
    ['from', { from: 'door@house.example\r\nBcc: eve@evil.example' }],
    ['from', { from: 'door' }],
  ])('is refused where its %s is none', async (at, part) => {
    const { manager } = await openProduct();
    const refused = await manager.ask('putMailServer', { body: { ...server, ...part, password: 'a good one' } });
    expect(refused).toMatchObject({ failure: { where: [{ at }] } });
  });

  it('never gets a password that was set for another one', async () => {
    const { manager, store } = await openProduct();
    const put = (part: object) => manager.ask('putMailServer', { body: { ...server, ...part } });
    const wanted = { failure: { where: [{ at: 'password' }] } };
    expect(await put({})).toMatchObject(wanted);
    taken(await put({ password: 'a good one' }));
    for (const part of [{ host: 'evil.example' }, { port: 25 }, { secure: false }, { user: 'eve' }]) expect(await put(part)).toMatchObject(wanted);
    taken(await put({ from: 'gate@house.example' }));
    expect(await store.settings.secret('mailServer.password')).toBe('a good one');
    expect(JSON.stringify(present(await store.settings.get('mailServer.password'), 'it is kept'))).not.toContain('good');
    taken(await put({ user: null }));
    expect(await store.settings.get('mailServer.password')).toBeUndefined();
  });

  it('and all of it is a manager’s alone', async () => {
    const product = await openProduct();
    const auditor = await product.as('auditor');
    expect(await auditor.ask('listNotices')).toMatchObject({ failure: { code: 'notAllowed' } });
  });
});
