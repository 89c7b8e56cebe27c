/** A controller that is killed between any two commits: a PIN, the one it retires and the notice of it are there together or not at all. */

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
import { Random } from '../../../sim/random.ts';
import { present } from '../../../src/shared/assert.ts';
import { Child } from '../processes/children.ts';
import { crypto, deskOf, foundSite, peopleFile, pinOf, taken } from './rig.ts';

const program = fileURLToPath(new URL('./rolling-child.ts', import.meta.url));
const kills = 10;
/** Six digits each, and none twice. */
const firstOf = (life: number): number => 100_000 * (life + 1);

it('loses and doubles no PIN, no retired PIN and no notice however often it is killed', async () => {
  const seed = Date.now() % 0xffff_ffff;
  const random = new Random(seed).fork('kills');
  const place = await foundSite();
  taken(await deskOf(place).importFile(peopleFile({ 1: '0417' })));
  await place.store.close();
  let atLeast = 0;
  for (let life = 0; life < kills; life += 1) {
    const child = new Child([program, place.directory, place.siteKeyHex, String(firstOf(life))], {});
    await child.says(new RegExp(`rolled ${firstOf(life) + random.int(40)}\n`));
    await child.end('SIGKILL');
    const said = [...child.out.matchAll(/^rolled (\d+)$/gm)].map(([, digits]) => present(digits, 'digits'));
    const store = await ControllerStore.open({ directory: place.directory, siteKey: place.siteKey, crypto });
    const pin = present((await store.people.record(1))?.given.pin, 'a person with a PIN');
    const last = present(said.at(-1), 'it has rolled');
    const next = String(Number(last) + 1);
    const isNext = store.secrets.tags.pin(pin) === store.secrets.tags.pin(pinOf(next));
    expect(isNext || store.secrets.tags.pin(pin) === store.secrets.tags.pin(pinOf(last)), `seed ${seed}, life ${life}`).toBe(true);
    atLeast += said.length + (isNext ? 1 : 0);
    const counts = [(await store.pins.retiredOf(1)).length, (await store.sendings.newest(100_000)).length, (await store.people.record(1))?.revision];
    expect(counts, `seed ${seed}, life ${life}`).toEqual([atLeast, atLeast, atLeast + 1]);
    await store.close();
  }
});
