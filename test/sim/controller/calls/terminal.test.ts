/** What is typed at the controller's terminal: guarded as over the API, and in the audit as there. */
import { expect, it } from 'vitest';
import { PeopleDesk } from '../../../../sim/controller/people-desk.ts';
import { PinDesk } from '../../../../sim/controller/pin-desk.ts';
import { UpdateDesk } from '../../../../sim/controller/update-desk.ts';
import { ControllerDesk } from '../../../../sim/processes/controller-desk.ts';
import { crypto, taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const terminal = ({ store, clock, line }: Product, names: ReadonlyMap<number, string> = new Map()) => {
  const said: string[] = [];
  const note = (text: string): number => said.push(text.trimEnd());
  const people = new PeopleDesk({ store, crypto, clock, changed: () => undefined });
  const pins = new PinDesk({ store, people, clock, crypto, floor: async () => undefined });
  const desk = new ControllerDesk({
    io: { out: note, err: note },
    store,
    clock,
    names,
    people: () => people,
    pins: () => pins,
    updates: new UpdateDesk(store),
    say: (subject, text) => note(`${subject} ${text}`),
    readers: () => line.readers,
  });
  return { desk, said };
};

it('orders are refused where people would be locked out, unless they are meant, and each is in the audit with its end', async () => {
  const product = await openProduct();
  const { store, door } = product;
  taken(await product.manager.ask('addPerson', { body: { name: 'Ann' } }));
  await product.inStep();
  const { desk, said } = terminal(product);
  const before = (await store.audit.newest(100)).length;
  await desk.carryOut('mode pinOnly door 1');
  expect(said).toEqual(['door 1: 1 person could not enter. Say anyway behind it where it is meant.']);
  expect([door.reader.mode, (await store.audit.newest(100)).length]).toEqual(['cardOrPin', before]);
  await product.inTime(desk.carryOut('mode pinOnly door 1 anyway'));
  await product.inTime(desk.carryOut('release 1'));
  expect([door.reader.mode, ...said.slice(1)]).toEqual(['pinOnly', 'door 1 order setMode: done', 'door 1 order release: done']);
  const lines = (await store.audit.newest(4)).toReversed().map(({ by, what, detail }) => `${by} ${what} ${detail}`);
  expect(lines).toEqual([
    'terminal order.setMode door 1',
    'terminal order.setMode.ended door 1: done',
    'terminal order.release door 1',
    'terminal order.release.ended door 1: done',
  ]);
});

it('whose code is rolled is never guessed: a name may end in digits, and the digits behind a name are a code', async () => {
  const product = await openProduct();
  const names = new Map([
    [1, 'Flat'],
    [2, 'Flat 5183'],
    [3, 'Gate 72'],
    [4, 'Ann'],
  ]);
  for (const name of names.values()) taken(await product.manager.ask('addPerson', { body: { name } }));
  const { desk, said } = terminal(product, names);
  for (const line of ['roll Flat 5183', 'roll Gate 72', 'roll Ann 93', 'roll Ann 506128', 'roll Bea 506129']) await desk.carryOut(line);
  expect(said.map((text) => text.replace(/is [0-9]{6}\./, 'is ….'))).toEqual([
    'Two names fit: say the number.',
    'people Gate 72 has a new PIN: in force at a reader once it says table.applied',
    'The new PIN of Gate 72 is …. It is shown this once.',
    'A PIN has 4 to 8 digits.',
    'people Ann has a new PIN: in force at a reader once it says table.applied',
    'Nobody has that name in the people file.',
  ]);
});

it('an update is offered to the reader that is named, whatever blanks its name and its file have, and not any more', async () => {
  const product = await openProduct();
  const { store } = product;
  await product.inStep();
  const { desk, said } = terminal(product);
  for (const line of ['update', 'update door 1', 'update nobody file', 'update door 1 stop', 'update door 1 no such file', 'update all "no file"'])
    await product.inTime(desk.carryOut(line));
  expect(said).toEqual([
    'Say at which reader: its name or its address; or all.',
    'Say which file behind the reader; or stop.',
    'There is no such reader.',
    'door 1 no update is sent any more',
    expect.stringMatching(/no such file cannot be read \(ENOENT\)\.$/),
    expect.stringMatching(/no file cannot be read \(ENOENT\)\.$/),
  ]);
  expect((await store.audit.newest(1)).map(({ what, detail }) => `${what} ${detail}`)).toEqual(['update.withdrawn door 1']);
});
