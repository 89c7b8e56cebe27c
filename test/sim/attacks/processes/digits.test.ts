/**
 * Digits that are found nowhere by chance go through every call of the running bench, rightly and wrongly; then all that it has said, told, printed and
 * written is looked through for them (SECURITY H9, I1). Whoever asks for a PIN is shown it: those answers are the only ones left out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benchRoutes } from '../../../../sim/bench/bench-routes.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { Canaries } from '../../../../sim/storm/secrets.ts';
import { listen } from '../../bench/program.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { answered, logIn, password } from '../pages/filled-site.ts';

const routes = { ...managerRoutes, ...benchRoutes };
type Name = keyof typeof routes;

/** A recording is a story to play again, with what was typed in it. */
const showsDigits: ReadonlySet<string> = new Set<Name>([
  'newPin',
  'newDuressPin',
  'rollPin',
  'showPin',
  'addShared',
  'regenerateShared',
  'showShared',
  'portal',
  'portalRoll',
  'record',
]);
const [own, taken, duress, wrong, typed, inFile, planted] = [
  '48159263',
  '90271846',
  '73518294',
  '61938472',
  '85274916',
  '37491852',
  '59316284',
] as const;

const canaries = new Canaries();
const told: string[] = [];
const said: { readonly name: string; readonly status: number; readonly text: string }[] = [];
let bench: BenchPlace;
let token: string;

beforeAll(async () => {
  bench = await openBench();
  ({ token } = bench);
  for (const digits of [own, taken, duress, wrong, typed, inFile, planted]) canaries.addPin(digits);
  void listen(bench, (message) => told.push(JSON.stringify(message)));
});
afterAll(() => bench.close());

interface Saying {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  /** Text is sent as it is. */
  readonly body?: unknown;
  readonly by?: string;
}

/** Keeps the answer, whatever it is. */
const say = async (name: Name, { params = {}, query = '', body = {}, by = token }: Saying = {}): Promise<string> => {
  const { method, path } = routes[name];
  const place = path.replaceAll(/\{(\w+)\}/g, (_, part: string) => String(params[part] ?? '1'));
  const hasBody = method === 'POST' || method === 'PUT';
  const response = await fetch(`${bench.origin}${place}${query}`, {
    method,
    headers: { authorization: `Bearer ${by}`, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  const text = `${JSON.stringify([...response.headers])}${await response.text()}`;
  const isShown = response.ok && (showsDigits.has(name) || (name === 'exportPeople' && (body as { withPins?: boolean }).withPins === true));
  if (!isShown) said.push({ name, status: response.status, text });
  return text;
};

/** Everything on its disks. */
const files = (): readonly { readonly path: string; readonly bytes: string }[] =>
  readdirSync(bench.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ path: name, bytes: readFileSync(join(parentPath, name)).toString('latin1') }));

/** Where a canary is. */
const leaks = (): readonly string[] => [
  ...said.filter(({ text }) => canaries.isIn(text)).map(({ name, status }) => `answer of ${name}, ${status}`),
  ...told.filter((text) => canaries.isIn(text)).map((text) => `told ${text.slice(0, 60)}`),
  ...[bench.program.child.out, bench.program.child.err].filter((text) => canaries.isIn(text)).map(() => 'printed'),
  ...files()
    .filter(({ bytes }) => canaries.isIn(bytes))
    .map(({ path }) => `file ${path}`),
];

const issue = async (): Promise<void> => {
  await say('newPin', { params: { id: 1 }, body: { digits: own } });
  await say('newPin', { params: { id: 2 }, body: { digits: taken } });
  await say('newDuressPin', { params: { id: 1 }, body: { digits: duress } });
  for (const digits of [own, taken, duress]) {
    await say('newPin', { params: { id: 3 }, body: { digits } });
    await say('newDuressPin', { params: { id: 3 }, body: { digits } });
    for (const id of [1, 2, 3, 99]) await say('validate', { body: { reader: 1, pin: digits, ...(id === 2 ? { card: '26:0x1' } : {}) } });
  }
  await say('showPin');
  await say('rollPin', { params: { id: 2 } });
};

/** The same digits wherever else somebody could say them by mistake, on every call. */
const saySomewhereElse = async (): Promise<void> => {
  const parts = [own, wrong];
  for (const digits of parts) {
    const bodies: readonly unknown[] = [
      digits,
      `"${digits}"`,
      `{"digits":"${digits}`,
      { digits: `${digits}1` },
      { digits: Number(digits) },
      { length: Number(digits) },
      { [digits]: true },
      { pin: digits, card: digits, reader: digits },
      { revision: Number(digits), change: { pin: digits } },
      [digits],
    ];
    for (const name of Object.keys(routes) as Name[]) {
      if (name === 'power' || name === 'time' || name === 'logOut') continue;
      for (const body of routes[name].method === 'GET' ? [undefined] : bodies)
        await say(name, { params: { id: digits, card: digits, door: 'front' }, body });
      await say(name, { params: { door: digits }, query: `?${digits}=1&find=${digits}&mode=${digits}`, by: digits });
    }
    await say('logIn', { body: { name: digits, password: digits } });
    await fetch(`${bench.origin}/${digits}?${digits}`).then(async (response) =>
      said.push({ name: 'page', status: response.status, text: await response.text() }),
    );
  }
};

const importFiles = async (): Promise<void> => {
  const csv = (rows: readonly string[]): string => `person,name,pin,duress_pin,cards\r\n${rows.join('\r\n')}\r\n`;
  for (const rows of [
    [`1,Ada,${inFile},${inFile},`],
    [`1,Ada,${inFile},,`, `2,Bea,${inFile},,`],
    [`1,Ada,${inFile}x,,`, `x${inFile},Bea,,,`],
    [`1,Ada,"${inFile},,`],
    [`1,Ada,${own},${duress},${inFile}0:0x1`, `2,Bea,${taken},,26:0x${inFile}`, `4,Dan,${inFile},,`],
  ]) {
    for (const isTrial of [true, false]) await say('importPeople', { body: { csv: csv(rows), isTrial } });
  }
  await say('importPeople', { body: { csv: csv([`1,Ada,${own},${duress},`, `2,Bea,${taken},,`, `4,Dan,${inFile},,`]), isTrial: false } });
};

const typeAtDoors = async (): Promise<void> => {
  await say('record', { body: { isRecording: true } });
  for (const door of ['front', 'store'])
    for (const keys of [own, duress, wrong, typed]) await say('type', { params: { door }, body: { keys: `${keys}#` } });
  await say('record', { body: { isRecording: false } });
  await expect.poll(() => told.filter((text) => /access\.granted|pin\.|credential\./.test(text)).length, { timeout: 30_000 }).toBeGreaterThan(2);
};

const askEverything = async (by: string): Promise<void> => {
  for (const name of Object.keys(routes) as Name[]) {
    if (routes[name].method === 'GET') for (const id of [1, 2, 3, 4]) await say(name, { params: { id }, by });
  }
};

it('no digits of a PIN are in any answer but those that show one, in what pages are told, in what is printed, or on a disk', async () => {
  await issue();
  await typeAtDoors();
  await saySomewhereElse();
  await importFiles();
  answered(await bench.client.ask('addUser', { body: { name: 'tenant', password, role: 'tenant', person: 1 } }));
  const tenant = await logIn(bench, 'tenant');
  await say('portal', { by: tenant.token });
  for (const by of [token, tenant.token]) await askEverything(by);
  for (const withPins of [true, false]) await say('exportPeople', { body: { withPins } });
  await say('backup', { body: { password } });
  await say('portalRoll', { by: tenant.token });
  expect(said.filter(({ status }) => status === 500)).toEqual([]);
  const statuses = Map.groupBy(said, ({ status }) => status);
  const counts = [...statuses].map(([status, some]) => `${some.length} of ${status}`).join(', ');
  process.stdout.write(`digits: ${said.length} answers (${counts}), ${told.length} messages told, ${files().length} files\n`);
  expect(told.length).toBeGreaterThan(20);
  expect(leaks()).toEqual([]);
});

it('digits that stand where they must not are found in answers, messages, prints and files', async () => {
  answered(await bench.client.ask('addPerson', { body: { name: `code ${planted}` } }));
  await say('listPeople');
  told.push(JSON.stringify({ kind: 'event', at: Number(planted) }));
  const found = leaks().join('\n');
  for (const place of [/answer of listPeople/, /told /, /file controller\.db/]) expect(found).toMatch(place);
});
