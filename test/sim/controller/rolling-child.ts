/**
 * A program that rolls the PIN of one person again and again, each time with a notice of it in the same commit, and says each PIN once it is on
 * disk. For being killed in the middle.
 */
import process from 'node:process';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { Pin } from '../../../src/access/pin.ts';
import { NodeClock } from '../../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import { present } from '../../../src/shared/assert.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';

const [directory = '', siteKey = '', first = ''] = process.argv.slice(2);
const crypto = new NodeCrypto();
const store = await ControllerStore.open({ directory, siteKey: new SecretBytes(Uint8Array.from(Buffer.from(siteKey, 'hex'))), crypto });
const desk = new PeopleDesk({
  store,
  crypto,
  clock: new NodeClock(),
  changed: () => undefined,
  changing: async (within, changes, { atMs }) => {
    for (const { after } of changes)
      await within.sendings.add({ atMs, trigger: 'pin.changed', way: 'webhook', person: after?.given.person, content: after?.name ?? '' });
  },
});
for (let digits = Number(first); ; digits += 1) {
  const rolled = await desk.rollPin(1, present(Pin.from(String(digits)), 'six digits'));
  process.stdout.write(`${rolled.ok ? 'rolled' : 'refused'} ${digits}\n`);
}
