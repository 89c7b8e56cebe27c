/** New hardware in the place of a reader: what stays, what is refused, and that the old one is spoken to no more. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../../sim/controller/api/route.ts';
import { managerCalls } from '../../../../sim/controller/calls/manager-calls.ts';
import { MockReader } from '../../../../sim/controller/mock-reader.ts';
import { takeSite } from '../../../../sim/controller/take-site.ts';
import { present } from '../../../../src/shared/assert.ts';
import { SecretBytes } from '../../../../src/shared/secret-bytes.ts';
import { readControllerText } from '../../../../src/tools/provision-site.ts';
import { baudRate, crypto, type Rig, rigAtRest, taken } from '../rig.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const operator: Caller = { user: { id: null, name: 'operator', role: 'manager', person: null }, session: 1 };

interface Hardware {
  readonly name: string;
  readonly address: number;
  readonly reader: Uint8Array;
  readonly tableKey: SecretBytes;
  readonly scbk: SecretBytes;
}

const hardware = (address: number): Hardware => ({
  name: `new ${address}`,
  address,
  reader: crypto.randomBytes(16),
  tableKey: new SecretBytes(crypto.randomBytes(32)),
  scbk: new SecretBytes(crypto.randomBytes(16)),
});

/** As `doorpad provision` writes it: who is there, and what is new. */
const listOf = async ({ store, place }: Rig, added: readonly Hardware[], site = place.site, authority = place.authority): Promise<string> =>
  JSON.stringify({
    format: 1,
    site: hex(site),
    authority: { publicKey: hex(authority), seedFile: 'authority.json' },
    readers: [...(await store.site.readers()), ...added].map(({ name, address, reader, tableKey, scbk }) => ({
      name,
      address,
      serial: null,
      reader: hex(reader),
      tableKey: hex(tableKey.reveal()),
      scbk: hex(scbk.reveal()),
    })),
  });

const powered = ({ wire, clock, place }: Rig, { address, scbk, reader, tableKey }: Hardware): MockReader =>
  new MockReader({
    line: wire.end(),
    clock,
    crypto,
    address,
    baudRate,
    scbk,
    trust: { authority: place.authority, site: place.site, reader },
    tableKey,
  });

const replace = async ({ store, controller, clock }: Rig, bundle: string, id = 1) => {
  const calls = managerCalls({ store, crypto, clock, line: controller, tell: () => undefined });
  return calls.replaceReader({ params: { id }, query: undefined, body: { bundle } }, operator);
};

describe('new hardware in the place of a reader', () => {
  it('has name and people of the old one, a table of its own, and the old one is not spoken to', async () => {
    const rig = await rigAtRest({ readers: 2 });
    const added = hardware(9);
    const bundle = await listOf(rig, [added]);
    const fresh = powered(rig, added);
    const view = taken(await replace(rig, bundle));
    expect(view).toMatchObject({ id: 1, name: 'door 1', address: 9, isOnline: false });
    expect(await rig.inStep()).toBe(true);
    expect([rig.opens('0417', fresh), rig.opensByCard('CARD1', fresh)]).toEqual([true, true]);
    const heard = rig.reader.heard.length;
    const { sessions } = rig.reader;
    taken(await rig.people.importFile(new TextEncoder().encode('person,pin\n1,5791\n')));
    expect(await rig.inStep()).toBe(true);
    expect([rig.opens('5791', fresh), rig.opens('0417', fresh), rig.opens('0417')]).toEqual([true, false, true]);
    expect([rig.reader.heard.length, rig.reader.sessions]).toEqual([heard, sessions]);
    expect((await rig.store.audit.newest(1))[0]).toMatchObject({ what: 'reader.replaced', detail: 'door 1', by: 'operator' });
  });

  it('with the keys of the old hardware at its address gets no session', async () => {
    const rig = await rigAtRest();
    const added = hardware(9);
    const old = present((await rig.store.site.readers())[0], 'a rig has a reader');
    taken(await replace(rig, await listOf(rig, [added])));
    const impostor = powered(rig, { ...added, scbk: old.scbk });
    await rig.clock.advance(30_000);
    expect(impostor.sessions).toBe(0);
    expect(rig.keeper.state.isOnline).toBe(false);
  });

  it('is not brought back by the list of the site at the next start', async () => {
    const rig = await rigAtRest();
    const added = hardware(9);
    const bundle = await listOf(rig, [added]);
    taken(await replace(rig, bundle));
    const listed = present(readControllerText(bundle), 'it is a list');
    const { authoritySeed } = present(await rig.store.site.site(), 'there is a site');
    expect(await takeSite(rig.store, crypto, { ...listed, authoritySeed })).toEqual({ ok: true, value: 0 });
    expect((await rig.store.site.readers()).map(({ name, address }) => [name, address])).toEqual([['door 1', 9]]);
    // Nor when a second one takes its place: the first, gone from the readers, is none that is new.
    taken(await replace(rig, await listOf(rig, [hardware(10)])));
    expect(await replace(rig, bundle)).toMatchObject({ ok: false });
  });

  it('is not gone back from by the list of before', async () => {
    const rig = await rigAtRest();
    const before = await listOf(rig, []);
    taken(await replace(rig, await listOf(rig, [hardware(9)])));
    const refused = await replace(rig, before);
    expect(refused.ok ? 'taken' : refused.failure.sentence).toMatch(/^Every reader in it is known here\./);
  });

  it('is refused in a sentence where it is not clear or not ours, and the old one is looked after as before', async () => {
    const rig = await rigAtRest({ readers: 2 });
    const sentences: string[] = [];
    for (const bundle of [
      'nothing',
      await listOf(rig, [hardware(9)], new Uint8Array(16)),
      await listOf(rig, [hardware(9)], rig.place.site, crypto.newSigningKey().publicKey),
      await listOf(rig, []),
      await listOf(rig, [hardware(9), hardware(10)]),
      await listOf(rig, [hardware(2)]),
      await listOf(rig, [{ ...hardware(9), scbk: new SecretBytes(new Uint8Array(16)) }]),
    ]) {
      const refused = await replace(rig, bundle);
      sentences.push(refused.ok ? '' : (refused.failure.sentence ?? ''));
    }
    const noList = 'This is not the file controller.json that doorpad provision writes.';
    expect(sentences).toEqual([
      noList,
      'It is of another site, whose readers obey another authority.',
      'It is of another site, whose readers obey another authority.',
      'Every reader in it is known here. Provision the new hardware first, with a name and an address of its own.',
      'More than one reader in it is new here: it does not say which of them is meant.',
      'Another reader speaks at the address of the new hardware.',
      noList,
    ]);
    expect(await replace(rig, 'nothing', 99)).toMatchObject({ failure: { code: 'notFound' } });
    const { sessions } = rig.reader;
    await rig.clock.advance(30_000);
    expect([rig.reader.sessions, rig.keeper.state.isInStep]).toEqual([sessions, true]);
    expect(await rig.store.audit.newest(1)).toEqual([]);
  });
});
