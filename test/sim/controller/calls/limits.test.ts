/** What the desks let nobody exceed, also where many ask at once: cards, codes, a tenant's changes, and how long events are kept. */
import { describe, expect, it } from 'vitest';
import { sessionIdleMs } from '../../../../sim/controller/api/sessions.ts';
import { openManager } from '../../../../sim/controller/calls/manager-calls.ts';
import type { LineController } from '../../../../sim/controller/line-controller.ts';
import { retentionMs } from '../../../../sim/controller/retention.ts';
import { crypto, taken } from '../rig.ts';
import { openProduct } from './rig.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

type Product = Awaited<ReturnType<typeof openProduct>>;
const newPerson = async ({ manager }: Product, name: string): Promise<string> => String(taken(await manager.ask('addPerson', { body: { name } })).id);

describe('cards of one person', () => {
  it('are as many as a table holds, however many are added at once, and readers stay in step', async () => {
    const product = await openProduct();
    const id = await newPerson(product, 'Cards');
    const cards = Array.from({ length: 19 }, (_, at) => `26:0x${(at + 1_000).toString(16)}`);
    const answers = await Promise.all(cards.map((card) => product.manager.ask('addCard', { params: { id }, body: { card } })));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(16);
    expect(answers.filter((answer) => !answer.ok && answer.failure.code === 'tooManyCards')).toHaveLength(3);
    await product.inStep();
  });
});

describe('codes for everybody who has none', () => {
  it('take none away, from whoever was given one meanwhile and by whoever asks twice', async () => {
    const product = await openProduct();
    const { manager, store } = product;
    for (let count = 0; count < 12; count += 1) await newPerson(product, `Person ${count}`);
    const own = await newPerson(product, 'Own');
    const answers = await Promise.all([
      manager.ask('issueMissing', {}),
      manager.ask('newPin', { params: { id: own }, body: { digits: '704193' } }),
      manager.ask('issueMissing', {}),
    ]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect((await store.audit.newest(500)).filter(({ what }) => what === 'pin.issued')).toHaveLength(13);
    expect((await store.audit.newest(500)).filter(({ what }) => what === 'pin.rolled').length).toBeLessThanOrEqual(1);
    expect(taken(await manager.ask('showPin', { params: { id: own } })).digits).toBe('704193');
  });

  it('are no more than the door has room for', async () => {
    const product = await openProduct('pinOnly');
    taken(await product.manager.ask('putSettings', { body: { pinLength: 4 } }));
    await product.inStep();
    for (let count = 0; count < 12; count += 1) await newPerson(product, `Person ${count}`);
    expect(await product.manager.ask('issueMissing', {})).toMatchObject({ ok: false, failure: { code: 'codeSpaceTooSmall' } });
  });
});

it('duress PINs take room in the code space as PINs do', async () => {
  const product = await openProduct('pinOnly');
  await product.inStep();
  const given: boolean[] = [];
  for (let count = 0; count < 12; count += 1) {
    const id = await newPerson(product, `Person ${count}`);
    given.push((await product.manager.ask('newDuressPin', { params: { id }, body: { length: 4 } })).ok);
  }
  expect(given.filter(Boolean)).toHaveLength(8);
});

describe('a tenant', () => {
  it('changes their own code three times a minute and ten times a day, and no more', async () => {
    const product = await openProduct();
    const id = await newPerson(product, 'Tenant');
    taken(await product.manager.ask('newPin', { params: { id }, body: {} }));
    const tenant = await product.as('tenant', Number(id));
    const answers: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const rolled = await tenant.ask('portalRoll', {});
      answers.push(rolled.ok ? 'rolled' : rolled.failure.code);
      if (count >= 3) await product.clock.advance(minuteMs);
    }
    expect(answers).toEqual([...new Array(3).fill('rolled'), 'tooMany', ...new Array(7).fill('rolled'), 'tooManyRolls']);
  });

  it('who was refused at the door sees why', async () => {
    const product = await openProduct();
    const { manager } = product;
    const id = await newPerson(product, 'Tenant');
    const { digits } = taken(await manager.ask('newPin', { params: { id }, body: {} }));
    const person = taken(await manager.ask('getPerson', { params: { id } }));
    const validFrom = new Date(product.clock.wall().ms + dayMs).toISOString();
    taken(await manager.ask('changePerson', { params: { id }, body: { revision: person.revision, change: { validFrom } } }));
    await product.inStep();
    await product.types(`${digits}#`);
    const tenant = await product.as('tenant', Number(id));
    const { results } = taken(await tenant.ask('portal', {}));
    expect(results[0]).toMatchObject({ code: 'credential.notYetValid' });
    expect(results[0]?.text).not.toBe('');
  });
});

it('a people file gives nobody the code that somebody has who stands in the same file', async () => {
  const { manager } = await openProduct();
  const file = (ann: string, bob: string): string => `person,name,pin\n1,Ann,${ann}\n2,Bob,${bob}\n`;
  taken(await manager.ask('importPeople', { body: { csv: file('704193', '581936'), isTrial: false } }));
  expect(await manager.ask('importPeople', { body: { csv: file('581936', '704193'), isTrial: false } })).toMatchObject({
    ok: false,
    failure: { code: 'fileNotValid' },
  });
});

it('the activity log finds the events of everybody by a name', async () => {
  const product = await openProduct();
  const codes: string[] = [];
  for (const name of ['Anna Abel', 'Anna Zorn', 'Berta Bold']) {
    const id = await newPerson(product, name);
    codes.push(taken(await product.manager.ask('newPin', { params: { id }, body: {} })).digits);
  }
  await product.inStep();
  for (const code of codes) {
    await product.types(`${code}#`);
    await product.clock.advance(12_000);
  }
  const found = taken(await product.manager.ask('listEvents', { query: { find: 'anna', what: 'access.granted' } }));
  expect(found.events.map(({ personName }) => personName)).toEqual(['Anna Zorn', 'Anna Abel']);
  expect(taken(await product.manager.ask('listEvents', { query: { find: 'nobody' } })).events).toEqual([]);
});

it('a portal that asks by itself keeps nobody logged in', async () => {
  const product = await openProduct();
  const id = await newPerson(product, 'Ann');
  const tenant = await product.as('tenant', Number(id));
  const answers: boolean[] = [];
  for (let passedMs = 0; passedMs <= sessionIdleMs; passedMs += 10 * minuteMs) {
    answers.push((await tenant.ask('portal')).ok);
    await product.clock.advance(10 * minuteMs);
  }
  expect(answers).toEqual([true, true, true, false]);
});

it('events are kept for as long as the site says, and no longer', async () => {
  const product = await openProduct();
  const { store, clock } = product;
  const id = await newPerson(product, 'Ann');
  const { digits } = taken(await product.manager.ask('newPin', { params: { id }, body: {} }));
  await product.inStep();
  await product.types(`${digits}#`);
  await clock.advance(1_000);
  taken(await product.manager.ask('putSettings', { body: { keepEventsDays: 1 } }));
  const granted = (): Promise<number> => store.events.countOf({ codes: ['access.granted'] });
  product.line.stop();
  // Days without a line: there is nobody to poll.
  const line = { readers: [], peopleChanged: () => undefined, follow: () => undefined } as unknown as LineController;
  openManager({ store, crypto, clock, line, tell: () => undefined });
  await clock.advance(retentionMs);
  expect(await granted()).toBe(1);
  await clock.advance(dayMs);
  expect(await granted()).toBe(0);
});
