/** The published vectors of the table profile, made by this program from the fixed keys of site.ts: what another controller must come to as well. */
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import { leafOf } from '../../src/table/content.ts';
import { headerBytes } from '../../src/table/header.ts';
import type { Order } from '../../src/table/orders.ts';
import { publishOrder, publishRevocation } from '../../src/table/publish.ts';
import { encodePerson, type PersonFacts } from '../../src/table/record.ts';
import { cardTag, deriveTableKeys, pinTag } from '../../src/table/tags.ts';
import { authority, card, crypto, delta, duressPin, person, pin, publisher, resigned, snapshot, withBody } from './site.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hex64 = (tag: bigint): string => tag.toString(16).padStart(16, '0');
const keys = deriveTableKeys(crypto, publisher.tableKey);

const site = {
  site: hex(publisher.site),
  reader: hex(publisher.reader),
  authoritySeed: hex(publisher.authoritySeed.reveal()),
  authority: hex(authority),
  tableKey: hex(publisher.tableKey.reveal()),
  integrityKey: hex(keys.integrity.reveal()),
};

const pinTagOf = (digits: string): bigint => pinTag(crypto, publisher.tableKey, Pin.from(digits) as Pin);
const cardTagOf = (form: 'bits' | 'text', value: Uint8Array, length: number): bigint =>
  cardTag(crypto, publisher.tableKey, new Card(form, value, length));
const bits26 = Buffer.from('8048d140', 'hex');

const tags = {
  pins: ['0417', '00417', '00000000', '98765432'].map((digits) => ({ digits, tag: hex64(pinTagOf(digits)) })),
  cards: [
    { form: 'bits', length: 26, value: bits26 },
    { form: 'bits', length: 32, value: bits26 },
    { form: 'bits', length: 37, value: Buffer.from('a1b2c3d4e8', 'hex') },
    { form: 'text', length: 4, value: Buffer.from('0417') },
  ].map(({ form, length, value }) => ({ form, length, value: hex(value), tag: hex64(cardTagOf(form as 'bits' | 'text', value, length)) })),
};

const ada = person(1, [pin(pinTagOf('0417')), card(cardTagOf('bits', bits26, 26))]);
const bob = person(2, [pin(pinTagOf('98765432')), duressPin(pinTagOf('98765431')), card(cardTagOf('text', Buffer.from('0417'), 4), true)], {
  validFromS: 1_900_000_000,
  validUntilS: 5_000_000_000,
  uses: { limit: 3, serial: 7 },
  extendedTime: true,
  offlinePriority: true,
});
const eve = person(4_294_967_295, [], { validUntilS: 0 });

const factsOf = ({ credentials, ...facts }: PersonFacts): object => ({
  ...facts,
  credentials: credentials.map(({ kind, pinExempt, tag }) => ({ kind, pinExempt, tag: hex64(tag) })),
});
const records = [ada, bob, eve].map((facts) => {
  const record = encodePerson(facts);
  return { facts: factsOf(facts), record: hex(record), leaf: hex(leafOf(crypto, keys, record)) };
});

const first = snapshot(1, [ada, bob]);
const second = delta(
  first.state,
  2,
  [
    [ada, undefined],
    [bob, { ...bob, extendedTime: false }],
    [undefined, eve],
  ],
  1,
);
const revocation = publishRevocation(publisher, {
  number: 1,
  after: 0,
  entries: [
    { kind: 'person', person: 2 },
    { kind: 'tag', tag: pinTagOf('0417') },
  ],
});
const stateOf = ({ state }: typeof first): object => ({ ...state, contentHash: hex(state.contentHash) });

const files = {
  snapshot: { holds: ['record 1', 'record 2'], file: hex(first.file), after: stateOf(first) },
  delta: {
    base: 'snapshot',
    changes: ['deletes 1', 'puts 2 without extended time', 'puts record 3'],
    file: hex(second.file),
    after: stateOf(second),
  },
  revocation: { persons: [2], tags: [hex64(pinTagOf('0417'))], number: 1, after: 0, file: hex(revocation) },
};

const expiresS = 1_900_000_060;
const given: readonly Order[] = [
  { kind: 'setMode', mode: 'cardAndPin' },
  { kind: 'release' },
  { kind: 'setClock', wallMs: 1_900_000_000_123 },
  { kind: 'clearLockout', person: undefined },
  { kind: 'clearLockout', person: 2 },
  { kind: 'handOverToPanel', isHandedOver: true },
  { kind: 'enrol' },
  { kind: 'acceptSettings', settingsHash: Buffer.from('b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf', 'hex') },
];
/** In which a hash is hexadecimal digits. */
const shownOrder = (order: Order): { readonly kind: Order['kind']; readonly settingsHash?: unknown } =>
  order.kind === 'acceptSettings' ? { ...order, settingsHash: hex(order.settingsHash) } : order;
const orders = given.map((order, index) => ({
  order: shownOrder(order),
  number: index + 1,
  expiresS,
  file: hex(publishOrder(publisher, index + 1, expiresS, order)),
}));

/** A reader with the snapshot in force is given the file; `receive` means received and applied. */
interface Refusal {
  readonly why: string;
  readonly by: 'receive' | 'revoke' | 'order';
  readonly refusal: string;
  readonly file: string;
}
const flipped = (file: Uint8Array, at: number): Uint8Array => file.map((byte, index) => (index === at ? byte ^ 1 : byte));
const empty = snapshot(2, []).file;
const put = (id: number, tag: bigint): Buffer => Buffer.concat([Buffer.of(1), encodePerson(person(id, [pin(tag)]))]);
const snapshotOf = (body: Uint8Array, persons: number, credentials: number): Uint8Array =>
  withBody(empty, body, (header) => {
    for (const at of [78, 90]) header.setUint32(at, persons);
    for (const at of [86, 94]) header.setUint32(at, credentials);
  });
const release = publishOrder(publisher, 2, expiresS, { kind: 'release' });
const refused = (why: string, by: Refusal['by'], refusal: string, file: Uint8Array): Refusal => ({ why, by, refusal, file: hex(file) });

const refusals: readonly Refusal[] = [
  refused('the magic is another', 'receive', 'malformed', flipped(empty, 0)),
  refused(
    'format 2',
    'receive',
    'wrongFormat',
    resigned(empty, (header) => header.set([2], 4)),
  ),
  refused('one bit of the signature', 'receive', 'wrongSignature', flipped(empty, headerBytes - 1)),
  refused('one bit of the version', 'receive', 'wrongSignature', flipped(empty, 77)),
  refused(
    'another site',
    'receive',
    'wrongSite',
    resigned(empty, (header) => header.set([0], 6)),
  ),
  refused(
    'another reader',
    'receive',
    'wrongReader',
    resigned(empty, (header) => header.set([0], 22)),
  ),
  refused(
    'a field its kind does not use',
    'receive',
    'malformed',
    resigned(empty, (header) => header.set([1], 138)),
  ),
  refused('a revocation where a table is received', 'receive', 'wrongKind', revocation),
  refused('the version in force', 'receive', 'staleVersion', first.file),
  refused('a base that is not in force', 'receive', 'wrongBase', delta(second.state, 3, [], 1).file),
  refused('more than 250,000 persons', 'receive', 'tooLarge', snapshotOf(new Uint8Array(), 250_001, 0)),
  refused('a body of another hash', 'receive', 'wrongBody', flipped(second.file, second.file.length - 1)),
  refused('cut short', 'receive', 'incomplete', second.file.subarray(0, -1)),
  refused('a byte too many', 'receive', 'malformed', Buffer.concat([empty, Buffer.of(0)])),
  refused('persons that do not rise', 'receive', 'malformed', snapshotOf(Buffer.concat([put(2, 1n), put(1, 2n)]), 2, 2)),
  refused('one tag of two persons', 'receive', 'contradiction', snapshotOf(Buffer.concat([put(1, 1n), put(2, 1n)]), 2, 2)),
  refused('a content hash that is not that of the body', 'receive', 'wrongContent', snapshotOf(put(1, 1n), 1, 1)),
  refused('a revocation that leaves one out', 'revoke', 'wrongBase', publishRevocation(publisher, { number: 3, after: 2, entries: [] })),
  refused('an order of a number obeyed before: the last is 1', 'order', 'staleNumber', publishOrder(publisher, 1, expiresS, { kind: 'release' })),
  refused('an order that expired: the clock says 1,900,000,000', 'order', 'expired', publishOrder(publisher, 2, 1_900_000_000, { kind: 'release' })),
  refused('an order of a code not known', 'order', 'unknownOrder', withBody(release, Buffer.of(99))),
  refused(
    'an order that accepts settings which do not wait: none do',
    'order',
    'notWaiting',
    publishOrder(publisher, 2, expiresS, { kind: 'acceptSettings', settingsHash: new Uint8Array(32) }),
  ),
  refused('an order with a byte too many', 'order', 'malformed', withBody(release, Buffer.of(2, 0))),
];

export const vectors = { site, tags, records, files, orders, refusals };
