/** Texts of notices: a template with named holes, and what stands in them. Which template may hold digits is notice-settings.ts's to say. */

import type { KeptPerson } from '../person-record.ts';
import type { SiteSettings } from '../site-settings.ts';

export const noticeHoles = ['name', 'site', 'when', 'from', 'until', 'pin'] as const;
export type NoticeHole = (typeof noticeHoles)[number];
const hole = /\{([^{}]*)\}/gu;

/** Names in braces, as they stand. */
export const holesOf = (template: string): readonly string[] => [...template.matchAll(hole)].map(([, name]) => name ?? '');

export interface NoticeFacts {
  readonly person: KeptPerson;
  readonly site: SiteSettings;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** What stands in a hole is never looked through for holes again. */
export const filled = (template: string, facts: NoticeFacts): string =>
  template.replace(hole, (_, name: string) => wordsFor(name as NoticeHole, facts));

/** The same in one line, whatever the names hold. */
export const filledLine = (template: string, facts: NoticeFacts): string => filled(template, facts).replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');

const wordsFor = (name: NoticeHole, { person: { given, name: called }, site, atMs }: NoticeFacts): string => {
  const words: Readonly<Record<NoticeHole, () => string>> = {
    name: () => called,
    site: () => site.siteName,
    when: () => momentIn(site.timeZone, atMs),
    from: () => (given.validFromS === undefined ? 'at once' : momentIn(site.timeZone, given.validFromS * 1_000)),
    until: () => (given.validUntilS === undefined ? 'no end' : momentIn(site.timeZone, given.validUntilS * 1_000)),
    pin: () => given.pin?.reveal() ?? '',
  };
  return words[name]();
};

const momentIn = (timeZone: string, ms: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(ms);
