/**
 * Compares settings: the hash by which a controller sees that somebody edited the file, and which changes weaken the
 * door (DESIGN §2). What follows from a weaker door is for those who ask.
 */
import type { Setting } from './setting.ts';
import { type SectionName, type Settings, sectionNames, sections } from './settings.ts';

const rowsOf = (section: SectionName): readonly (readonly [string, Setting<unknown>])[] =>
  Object.entries(sections[section].settings) as unknown as readonly (readonly [string, Setting<unknown>])[];

const valueIn = (settings: Settings, section: SectionName, key: string): unknown => (settings[section] as Readonly<Record<string, unknown>>)[key];

/** 32 bytes over every setting, defaults included, in alphabetical order: how the file writes them does not count. */
export const settingsHash = (settings: Settings, sha256: (message: Uint8Array) => Uint8Array): Uint8Array => {
  const lines = sectionNames.flatMap((section) =>
    rowsOf(section).map(([key]) => `${section}.${key} = ${JSON.stringify(valueIn(settings, section, key) ?? null)}\n`),
  );
  return sha256(new TextEncoder().encode(lines.toSorted().join('')));
};

/** The settings (`section.key`) that let in more people, for longer or with less trace than before; none when the door got no weaker. */
export const weakenedBy = (before: Settings, after: Settings): readonly string[] =>
  sectionNames.flatMap((section) =>
    rowsOf(section)
      .filter(([key, row]) => row.weaker.holds(valueIn(before, section, key), valueIn(after, section, key)))
      .map(([key]) => `${section}.${key}`)
      // A reader without a line has no rate.
      .filter((name) => name !== 'line.baudRate' || (before.line.port !== undefined && after.line.port !== undefined)),
  );

/** The settings (`section.key`) that are not what they were. */
export const changedBetween = (before: Settings, after: Settings): readonly string[] =>
  sectionNames.flatMap((section) =>
    rowsOf(section)
      .filter(([key]) => valueIn(before, section, key) !== valueIn(after, section, key))
      .map(([key]) => `${section}.${key}`),
  );
