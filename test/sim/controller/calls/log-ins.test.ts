/** Who is logged in over the API, and stays so: users who go, passwords that change, people whose number was somebody else's. */
import { describe, expect, it } from 'vitest';
import { maxLogInsTold } from '../../../../sim/controller/api/sessions.ts';
import { maxPersonId } from '../../../../src/table/record.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const password = 'a long password';
const idOf = async ({ manager }: Product, name: string): Promise<string> => {
  const { users } = taken(await manager.ask('listUsers'));
  return String(users.find((user) => user.name === name)?.id);
};
const loggedOut = { failure: { code: 'notLoggedIn' } };
const logIn = ({ manager }: Product, name: string, said = password) => manager.ask('logIn', { body: { name, password: said } });
const audited = async ({ store }: Product): Promise<readonly string[]> =>
  (await store.audit.newest(100)).map(({ by, what, detail }) => `${by} ${what} ${detail}`.trimEnd()).toReversed();

describe('a user who is added', () => {
  it('is nobody whose person goes while their password is hashed', async () => {
    const product = await openProduct();
    const { manager } = product;
    const { id: person } = taken(await manager.ask('addPerson', { body: { name: 'Ann' } }));
    const [added, removed] = await Promise.all([
      manager.ask('addUser', { body: { name: 'ann', password, role: 'tenant', person } }),
      manager.ask('removePerson', { params: { id: String(person) } }),
    ]);
    expect(removed.ok).toBe(true);
    expect([added.ok, await product.store.users.knows('ann')]).toEqual([false, false]);
  });

  it.each(['operator', 'Operator', 'nobody', 'terminal', 'man\u200Bager', 'manager\u202E', 'ma nager', 'ｍanager'])(
    'has no name that the audit uses for somebody else, nor one that looks like theirs: %j',
    async (name) => {
      const product = await openProduct();
      await product.as('manager');
      expect(await product.manager.ask('addUser', { body: { name, password, role: 'auditor' } })).toMatchObject({ failure: { code: 'nameTaken' } });
    },
  );
});

describe('a user who is removed', () => {
  it('is logged out at once', async () => {
    const product = await openProduct();
    const other = await product.as('manager');
    taken(await product.store.users.add({ name: 'second', role: 'manager' }, password));
    taken(await product.manager.ask('removeUser', { params: { id: await idOf(product, 'manager') } }));
    expect(await other.ask('addPerson', { body: { name: 'Mallory' } })).toMatchObject(loggedOut);
  });

  it('is one with the person they were, also where a file takes that person away', async () => {
    const product = await openProduct();
    const take = async (csv: string): Promise<unknown> => taken(await product.manager.ask('importPeople', { body: { csv, isTrial: false } }));
    await take('person,name,pin\n5,Ann,704193\n');
    const tenant = await product.as('tenant', 5);
    taken(await tenant.ask('portal'));
    await take('person,name,pin\n6,Zed,581936\n');
    expect(await tenant.ask('portal')).toMatchObject(loggedOut);
    await take('person,name,pin\n5,Carl,904271\n6,Zed,581936\n');
    expect([await tenant.ask('portal'), await logIn(product, 'tenant')]).toMatchObject([loggedOut, { failure: { code: 'wrongPassword' } }]);
    expect((await audited(product)).filter((line) => line.includes('user.'))).toEqual([
      'tenant user.loggedIn',
      'operator user.removed tenant',
      'nobody user.notLoggedIn',
    ]);
  });
});

describe('the number of a person', () => {
  it('is nobody else’s afterwards, unless a file says so', async () => {
    const product = await openProduct();
    const { manager } = product;
    const add = async (): Promise<number> => taken(await manager.ask('addPerson', { body: { name: 'Ann' } })).id;
    expect(await add()).toBe(1);
    taken(await manager.ask('removePerson', { params: { id: '1' } }));
    expect(await add()).toBe(2);
    taken(await manager.ask('importPeople', { body: { csv: 'person,name\n70,Zed\n', isTrial: false } }));
    taken(await manager.ask('importPeople', { body: { csv: 'person,name\n1,Ann\n', isTrial: false } }));
    expect(await add()).toBe(71);
  });

  it('is refused to somebody new where a file has given the highest one', async () => {
    const { manager } = await openProduct();
    taken(await manager.ask('importPeople', { body: { csv: `person,name\n${maxPersonId},Zed\n`, isTrial: false } }));
    expect(await manager.ask('addPerson', { body: { name: 'Ann' } })).toMatchObject({ failure: { code: 'noNumberLeft' } });
  });
});

describe('a password', () => {
  it('is changed by its user, who knows the old one, and ends their other sessions', async () => {
    const product = await openProduct();
    const here = await product.as('auditor');
    const elsewhere = here.with(taken(await logIn(product, 'auditor')).token);
    const change = (old: string) => here.ask('changePassword', { body: { old, password: 'another long one' } });
    expect(await change('not the old one')).toMatchObject({ failure: { code: 'wrongPassword' } });
    expect((await elsewhere.ask('whoAmI')).ok).toBe(true);
    taken(await change(password));
    expect([(await here.ask('whoAmI')).ok, await elsewhere.ask('whoAmI')]).toMatchObject([true, loggedOut]);
    expect([await logIn(product, 'auditor'), (await logIn(product, 'auditor', 'another long one')).ok]).toMatchObject([
      { failure: { code: 'wrongPassword' } },
      true,
    ]);
    expect(await audited(product)).toContain('auditor user.passwordChanged auditor');
  });

  it('of somebody else is set by a manager, and logs them out; one’s own is not', async () => {
    const product = await openProduct();
    const [manager, auditor] = [await product.as('manager'), await product.as('auditor')];
    const set = async (name: string, as = manager) =>
      as.ask('setPassword', { params: { id: await idOf(product, name) }, body: { password: 'another long one' } });
    expect(await set('auditor', auditor)).toMatchObject({ failure: { code: 'notAllowed' } });
    expect(await set('manager')).toMatchObject({ failure: { code: 'notAllowed' } });
    taken(await set('auditor'));
    expect(await auditor.ask('whoAmI')).toMatchObject(loggedOut);
    expect((await logIn(product, 'auditor', 'another long one')).ok).toBe(true);
    expect(await manager.ask('setPassword', { params: { id: '99' }, body: { password } })).toMatchObject({ failure: { code: 'notFound' } });
    expect(await product.manager.ask('changePassword', { body: { old: password, password } })).toMatchObject({ failure: { code: 'notAllowed' } });
  });
});

describe('log-ins', () => {
  it('are in the audit, by name where somebody has it, and no more often than its limit', async () => {
    const product = await openProduct();
    taken(await product.store.users.add({ name: 'ada', role: 'auditor' }, password));
    taken(await logIn(product, 'ada'));
    await logIn(product, 'ada', 'wrong');
    for (let count = 0; count < maxLogInsTold + 2; count += 1) await logIn(product, `ada’s password ${count}`, 'wrong');
    expect(await audited(product)).toEqual([
      'ada user.loggedIn',
      'ada user.notLoggedIn',
      ...Array.from({ length: maxLogInsTold }, () => 'nobody user.notLoggedIn'),
    ]);
  });
});
