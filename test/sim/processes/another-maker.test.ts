/** The controller process with a reader of another maker, and its end of the line: a session on its key, and not one private message. */
import { expect, it, onTestFinished } from 'vitest';
import { NodeClock } from '../../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import { SerialLink } from '../../../src/drivers/serial-link.ts';
import { PdSession } from '../../../src/osdp/pd.ts';
import { description, idleHands } from '../../osdp/pd-bench.ts';
import { ProcessPlace } from './children.ts';

it('is online with a reader that knows no private message, and goes on without', async () => {
  const place = new ProcessPlace();
  onTestFinished(() => place.dispose());
  await place.prepare('person,pin\n1,041733\n');
  const clock = new NodeClock();
  const link = new SerialLink({ path: place.cable.near, baudRate: 115_200, clock });
  const reader = new PdSession(
    { send: (bytes) => link.send(bytes), event: () => undefined },
    {
      crypto: new NodeCrypto(),
      description,
      line: { address: 1, baudRate: 115_200 },
      keepLine: () => 'kept',
      policy: {
        keys: { current: place.keys.scbk, pending: undefined },
        keepKeys: () => 'kept',
        allowInstall: () => false,
        secureRequired: true,
        clearComset: false,
      },
      hands: idleHands,
    },
  );
  const listening = link.listen({ received: (bytes, atMs) => reader.receive(bytes, atMs), attached: () => undefined });
  const controller = place.controller();
  await controller.says(/Gate +online/);
  controller.type('mode locked all');
  const answer = await controller.says(/order setMode: (\w+)/);
  expect(answer.line).toMatch(/order setMode: (?:refused|lost)/);
  controller.type('status');
  await controller.says(/Gate +online/, answer.end);
  expect(controller.out).not.toMatch(/Gate +event|version \d/);
  expect(await controller.quit()).toMatchObject({ code: 0 });
  expect(controller.err).toBe('');
  listening.stop();
});
