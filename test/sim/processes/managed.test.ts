/** The manager of a controller on a real line: what is done over HTTP holds at the door at the other end, and nothing of a bench is there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchRoutes } from '../../../sim/bench/bench-routes.ts';
import { managerRoutes } from '../../../sim/controller/api/manager-routes.ts';
import { buildPages } from '../../../sim/web/build.ts';
import { Client } from '../controller/api/client.ts';
import { taken } from '../controller/rig.ts';
import { type Child, ProcessPlace, simFile } from './children.ts';

let place: ProcessPlace;
beforeEach(async () => {
  // Made before, so that no deadline runs while they are.
  await buildPages();
  place = new ProcessPlace();
  await place.prepare('person,name,pin,cards\n1,Ada,041733,12345678\n');
});
afterEach(() => place.dispose());

interface Managed {
  readonly origin: string;
  readonly token: string;
  readonly client: Client<typeof managerRoutes>;
}

const managedBy = async (controller: Child): Promise<Managed> => {
  const { line } = await controller.says(/http:\/\/\S+#token=\S+/);
  const [origin = '', token = ''] = line.trim().split('/#token=');
  return { origin, token, client: new Client(managerRoutes, origin, token) };
};

describe('a controller with its manager', () => {
  it('issues a code over HTTP that opens the door at the other end of the line, and rolls it from its terminal', async () => {
    const [controller, reader] = [place.controller(simFile, '--listen', '0'), place.reader()];
    const { client } = await managedBy(controller);
    await reader.says(/table\.applied: .*version 1/);
    const { lines } = taken(await client.ask('listAudit', { query: {} }));
    expect(lines.map(({ by, what }) => `${by} ${what}`)).toContain('people file person.added');
    const { id } = taken(await client.ask('addPerson', { body: { name: 'Bo' } }));
    const { digits } = taken(await client.ask('newPin', { params: { id: String(id) }, body: {} }));
    const applied = await reader.says(/table\.applied: .*version 2/);
    reader.type(`${digits}#`);
    await reader.says(new RegExp(`access\\.granted: .*person ${id}`), applied.end);
    await controller.says(/access\.granted/);
    expect(taken(await client.ask('listEvents', { query: { what: 'access.granted' } })).events).toHaveLength(1);
    controller.type(`roll ${id} 97517`);
    const revoked = await reader.says(/table\.revoked/, applied.end);
    reader.type(`${digits}#`);
    await reader.says(/credential\.notFound/, revoked.end);
    expect(taken(await client.ask('showPin', { params: { id: String(id) } })).digits).toBe('97517');
    expect(controller.out + controller.err).not.toContain(digits);
    expect((await controller.end('SIGINT')).code).toBe(0);
    expect(controller.err).toBe('');
  });

  it('has the pages without the bench, and answers none of its calls', async () => {
    const { origin, token } = await managedBy(place.controller(simFile, '--listen', '0'));
    const page = await fetch(origin);
    expect([page.status, (await page.text()).includes('name="bench"')]).toEqual([200, false]);
    for (const { path, method } of Object.values(benchRoutes)) {
      const answer = await fetch(`${origin}${path.replace('{door}', 'front')}`, { method, headers: { authorization: `Bearer ${token}` } });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it('says so where the port is taken, and lets go of the line', async () => {
    const first = place.controller(simFile, '--listen', '0');
    const port = new URL((await managedBy(first)).origin).port;
    await first.quit();
    const holder = place.controller(simFile, '--listen', port);
    await managedBy(holder);
    const second = place.controller(simFile, '--listen', port, '--data', `${place.folder}/other`);
    expect((await second.ended).code).toBe(75);
    expect(second.err).toContain(port);
  });
});
