/**
 * Writes notices into the commit of the change they tell of. Decides which trigger a change of a person is, to whom what is sent, and which notice
 * that waits is no longer true. Nothing is written that is not set; how it is sent is notice-desk.ts's.
 */
import * as v from 'valibot';
import { chunksOf } from '../chunks.ts';
import type { Stores } from '../controller-store.ts';
import { peopleAtOnce } from '../people-writing.ts';
import { type SameCredential, sameByTag } from '../person.ts';
import type { Author, KeptPerson, PersonChange } from '../person-record.ts';
import { siteSettingsOf } from '../site-settings.ts';
import { isMailAddress, mailServerOf, type Notice, noticesOf, type Trigger } from './notice-settings.ts';
import { filled, filledLine, holesOf, type NoticeFacts } from './notice-text.ts';

/** 128 bits: no two notices have one number, also across a restore. */
const idBytes = 16;
const overtaken = 'The code was changed again.';
const gone = 'The person was removed.';

const emailContent = v.object({ id: v.string(), to: v.string(), subject: v.string(), text: v.string() });
const webhookContent = v.object({ id: v.string(), url: v.string(), body: v.string() });
export type EmailContent = v.InferOutput<typeof emailContent>;
export type WebhookContent = v.InferOutput<typeof webhookContent>;

/** Undefined: not what was written here. */
export const emailOf = (content: string): EmailContent | undefined => read(emailContent, content);
export const webhookOf = (content: string): WebhookContent | undefined => read(webhookContent, content);

/** How many were written. */
export const writeNotices = async (within: Stores, changes: readonly PersonChange[], { by, atMs }: Author): Promise<number> => {
  const notices = new Map((await noticesOf(within)).map((notice) => [notice.trigger, notice]));
  const site = await siteSettingsOf(within);
  const hasServer = (await mailServerOf(within)) !== undefined;
  const { crypto, tags } = within.secrets;
  const isSame = sameByTag(crypto, tags.key);
  // What tells of a PIN, or holds one.
  const untrue = new Set<Trigger>(['pin.changed', ...[...notices.values()].filter(({ email }) => holdsPin(email)).map(({ trigger }) => trigger)]);
  let written = 0;
  for (const chunk of chunksOf(changes, peopleAtOnce)) {
    for (const change of chunk) {
      const person = change.after ?? withoutPins(change.before);
      if (person === undefined) continue;
      const told = triggersOf(change, isSame).flatMap((trigger) => notices.get(trigger) ?? []);
      if (change.after === undefined && (await giveUpMails(within, person.given.person)) && !mayEnter(change.before)) {
        // It waited, and may hold the code: it is told once more, without.
        const revoked = notices.get('access.revoked');
        if (revoked !== undefined) told.push({ ...revoked, webhook: null });
      }
      if (isPinAnother(change, isSame)) {
        for (const trigger of untrue) await within.sendings.giveUpWaiting(overtaken, { trigger, person: person.given.person });
      }
      for (const notice of told) written += await write(within, notice, { person, site, atMs }, { by, hasServer });
    }
    await within.rest();
  }
  if (written > 0) await within.sendings.giveUpOverflow();
  return written;
};

/**
 * To whoever is removed no mail stays true but that their access was revoked. Resolves with whether one that tells so waited, and does no more. A
 * webhook holds no code, and tells of each change in its turn.
 */
const giveUpMails = async ({ sendings }: Stores, person: number): Promise<boolean> => {
  const isRevocation = (await sendings.giveUpWaiting(gone, { trigger: 'access.revoked', way: 'email', person })) > 0;
  await sendings.giveUpWaiting(gone, { way: 'email', person });
  return isRevocation;
};

/** No notice brings the code of somebody who is removed. */
const withoutPins = (record: KeptPerson | undefined): KeptPerson | undefined =>
  record && { ...record, given: { ...record.given, pin: undefined, duressPin: undefined } };

const holdsPin = (email: Notice['email']): boolean => email !== null && holesOf(email.text).includes('pin');

interface Circumstances {
  readonly by: string;
  readonly hasServer: boolean;
}

const write = async (within: Stores, { trigger, email, webhook }: Notice, facts: NoticeFacts, { by, hasServer }: Circumstances): Promise<number> => {
  const { person, atMs } = facts;
  const number = person.given.person;
  const add = async (way: 'email' | 'webhook', content: EmailContent | WebhookContent): Promise<void> => {
    await within.sendings.add({ atMs, trigger, way, person: number, content: JSON.stringify(content) });
  };
  let written = 0;
  if (email !== null && hasServer && person.email !== undefined && isMailAddress(person.email)) {
    const holdsDigits = holdsPin(email) && person.given.pin !== undefined;
    const text = filled(email.text, facts);
    await add('email', { id: newId(within), to: person.email, subject: filledLine(email.subject, facts), text });
    if (holdsDigits) await within.audit.add({ atMs, by, what: 'pin.emailed', person: number, detail: trigger });
    written += 1;
  }
  if (webhook !== null) {
    const body = JSON.stringify({ type: trigger, timestamp: new Date(atMs).toISOString(), data: dataOf(person) });
    await add('webhook', { id: newId(within), url: webhook.url, body });
    written += 1;
  }
  return written;
};

/** No digits, and no card numbers. */
const dataOf = ({ given, name }: KeptPerson): Readonly<Record<string, string | number | null>> => ({
  person: given.person,
  name,
  validFrom: momentOf(given.validFromS),
  validUntil: momentOf(given.validUntilS),
});

const momentOf = (seconds: number | undefined): string | null => (seconds === undefined ? null : new Date(seconds * 1_000).toISOString());

const newId = ({ secrets }: Stores): string => `msg_${Buffer.from(secrets.crypto.randomBytes(idBytes)).toString('hex')}`;

/** A PIN that is taken away is another one too: what waits of it is no longer true. */
const isPinAnother = ({ before, after }: PersonChange, isSame: SameCredential): boolean => {
  const [old, present] = [before?.given.pin, after?.given.pin];
  if (old === undefined || present === undefined) return old !== present;
  return !isSame.pin(old, present);
};

/** What schedules and counts decide by themselves is no news. */
const triggersOf = (change: PersonChange, isSame: SameCredential): readonly Trigger[] => {
  const { before, after } = change;
  const [could, can] = [mayEnter(before), mayEnter(after)];
  const triggers: Trigger[] = [];
  if (after?.given.pin !== undefined && isPinAnother(change, isSame)) triggers.push('pin.changed');
  if (could && !can) triggers.push('access.revoked');
  if (before !== undefined && !could && can) triggers.push('access.restored');
  if (before !== undefined && after !== undefined && timesOf(before) !== timesOf(after)) triggers.push('access.timeChanged');
  return triggers;
};

const mayEnter = (kept: KeptPerson | undefined): boolean => kept !== undefined && !kept.isSuspended;

const timesOf = ({ given: { validFromS, validUntilS }, schedule }: KeptPerson): string => JSON.stringify([validFromS, validUntilS, schedule]);

const read = <Shape extends v.GenericSchema>(shape: Shape, content: string): v.InferOutput<Shape> | undefined => {
  let said: unknown;
  try {
    said = JSON.parse(content);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(shape, said);
  return parsed.success ? parsed.output : undefined;
};
