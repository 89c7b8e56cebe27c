/**
 * Says in sentences what a door does with its settings, for the person who edits the file, and what about it is low
 * security. Says nothing that the settings or the rules do not: every number comes from the policy.
 */
import { asksForPin, hasKeypad, type Mode } from '../access/mode.ts';
import { maxPinLength, minPinLength } from '../access/pin.ts';
import { type BudgetRule, extendedFactor, extendedInterDigitMs, type Policy } from '../access/policy.ts';
import { pinFindings } from '../config/pins.ts';
import { none } from '../config/setting.ts';
import type { Config } from '../config.ts';
import type { KeyOrigin } from './key-store.ts';

export interface DoorDescription {
  readonly sentences: readonly string[];
  /** What makes this door easier to get through than it needs to be. */
  readonly warnings: readonly string[];
}

export const describeDoor = (config: Config, keys: KeyOrigin): DoorDescription => ({
  sentences: [
    `"${config.name}" works as an ${config.policy.model}, ${hasKeypad(config.policy.model) ? 'with' : 'without'} a keypad. Mode: ${config.policy.mode}.`,
    ...line(config),
    ...(config.line?.decides === 'panel' ? ['Who enters is for the panel to decide, whatever the mode.'] : decides(config.policy)),
    ...strike(config),
    ...contacts(config),
    ...failures(config.policy),
    ...records(config),
  ],
  warnings: warnings(config, keys),
});

/** What is at hand of a reader with keys: who it is in a site, and what it has. */
export interface KeyedReader {
  /** In hexadecimal digits; undefined: it has keys of its own. */
  readonly site: string | undefined;
  /** Undefined where its bundle did not say. */
  readonly place: { readonly name: string; readonly address: number } | undefined;
  readonly table: { readonly version: number; readonly persons: number; readonly credentials: number } | undefined;
  /** What was set over the line, and goes before the settings. */
  readonly setOverLine: { readonly address: number; readonly baudRate: number } | undefined;
}

export const describeKeyed = ({ site, place, table, setOverLine }: KeyedReader): readonly string[] => [
  ...(site === undefined
    ? []
    : [`This reader belongs to site ${site}${place === undefined ? '' : `, as "${place.name}" at address ${place.address}`}.`]),
  ...(setOverLine === undefined
    ? []
    : [`Over the line it was set to address ${setOverLine.address} and ${setOverLine.baudRate} baud: that counts until [line] says something else.`]),
  describeTable(table, site !== undefined),
];

export const describeTable = (table: KeyedReader['table'], isOfSite: boolean): string =>
  table === undefined
    ? `This reader has no table yet: nobody gets in until ${isOfSite ? 'its controller has sent one' : 'one is imported (doorpad table import)'}.`
    : `Table version ${table.version} is in force: ${peopleAndCredentials(table)}.`;

/** "2 people with 5 credentials". */
export const peopleAndCredentials = ({ persons, credentials }: { readonly persons: number; readonly credentials: number }): string =>
  `${count(persons, 'person', 'people')} with ${count(credentials, 'credential', 'credentials')}`;

/** Why a reader does not answer its controller with these settings, and what to do; undefined: it does. */
export const addressFinding = ({ line: settings }: Config, place: KeyedReader['place']): string | undefined =>
  settings === undefined || place === undefined || settings.address === place.address
    ? undefined
    : `The keys of this reader are for address ${place.address}, and line.address is ${settings.address}: its controller will not find it. Say address = ${place.address} in [line]; or, if it is to be another reader, remove its keys and install that one's bundle (docs/provisioning.md).`;

const decides = (policy: Policy): readonly string[] => [...whoEnters(policy), ...(asksForPin(policy.mode) ? typing(policy) : [])];

const line = ({ line: settings }: Config): readonly string[] => {
  if (settings === undefined) return ['There is no line: this door stands alone.'];
  const { port, address, baudRate, decides: decider } = settings;
  const words: Readonly<Record<typeof decider, string>> = {
    reader: 'A controller brings the table and fetches the events; this reader decides by itself.',
    panel: 'A panel decides: keys and cards go up as they come, and the panel drives lights, buzzer and strike.',
    panelThenReader: 'A panel decides while it asks; when it has not asked for 2 s, this reader decides, as below.',
  };
  return [`The line is ${port} at ${baudRate} baud, with address ${address}. ${words[decider]}`];
};

const whoEnters = (policy: Policy): readonly string[] => {
  const alone: Readonly<Record<Mode, string>> = {
    cardOnly: 'A card opens. PINs are not asked for.',
    pinOnly: 'A PIN opens. Cards do not.',
    cardOrPin: 'A card or a PIN opens; a person with a PIN needs no card.',
    cardAndPin: `A card opens together with the PIN of its person, submitted within ${duration(policy.windowMs)} of the card, in at most ${count(policy.windowTries, 'try', 'tries')}. A card marked PIN-exempt opens alone.`,
    unlocked: 'The door stands unlocked: whoever comes, enters.',
    locked: 'Nobody enters, whatever they present.',
  };
  return [alone[policy.mode]];
};

const typing = (policy: Policy): readonly string[] => [
  `PINs have ${minPinLength} to ${maxPinLength} digits and end with #; digit ${maxPinLength} submits by itself. * clears what is typed, and so do ${duration(policy.interDigitMs)} without a key.`,
  policy.mode === 'cardAndPin'
    ? `${guessing(policy.budget.person, 'with the cards of one person', 'PIN entry for that person')} People with extended time have ${duration(policy.windowMs * extendedFactor)}, and ${duration(Math.max(extendedInterDigitMs, policy.interDigitMs))} between keys.`
    : `${guessing(policy.budget.door, 'by anybody', 'PIN entry')}${policy.mode === 'cardOrPin' ? ' Cards go on working.' : ''}`,
  policy.duress ? 'A duress PIN opens as usual and raises a silent event.' : 'Duress PINs are off: one that is typed is a wrong PIN.',
];

const guessing = ({ attempts, withinMs, firstWaitMs, longestWaitMs }: BudgetRule, by: string, what: string): string => {
  const within = withinMs === undefined ? '' : ` within ${duration(withinMs)}`;
  return `${count(attempts, 'wrong PIN', 'wrong PINs')} ${by}${within} ${attempts === 1 ? 'makes' : 'make'} ${what} wait ${duration(firstWaitMs)}, doubling to ${duration(longestWaitMs)}.`;
};

const strike = ({ policy, strike: release, line: settings }: Config): readonly string[] => {
  const by = {
    relay: "by this board's own output: it must be a fail-secure strike",
    controller: 'by a device on the secure side, asked over the line: without its answer, nobody enters',
  }[release];
  if (settings?.decides === 'panel') return [`The strike is released as the panel says, ${by}.`];
  return [
    `The strike is released for ${duration(policy.strikeMs)} (${duration(policy.strikeMs * extendedFactor)} for people with extended time)${policy.secureOnOpen ? ', or until the door opens' : ''}, ${by}.`,
  ];
};

const contacts = ({ policy, settings: { devices } }: Config): readonly string[] => {
  const [hasContact, hasRex, hasTamper] = [devices.doorContact !== none, devices.rex !== none, devices.tamper !== none];
  return [
    hasContact
      ? `A door that is forced is reported, and one that stands open for ${duration(policy.heldOpenMs)}.`
      : 'No door contact is wired: a door that is forced, or stands open, is not noticed.',
    hasRex
      ? `Request-to-exit ${policy.rex === 'release' ? 'releases the strike, and ' : ''}keeps the opening door from being reported as forced.`
      : `Request-to-exit is not wired${hasContact ? ': whoever leaves is reported as forcing the door' : ''}.`,
    hasTamper ? 'An opened case is reported.' : 'No tamper contact is wired: an opened case is not noticed.',
  ];
};

const failures = (policy: Policy): readonly string[] => [
  policy.recordFailure === 'deny'
    ? 'Nobody enters unless it could be written down first.'
    : 'While nothing can be written down, cards without a use count still open; PINs do not.',
  policy.untrustedTime === 'deny'
    ? 'Until the clock has been set after a start, people with validity dates do not enter.'
    : 'Until the clock has been set after a start, validity dates are judged by the last time this reader knew.',
  policy.offline === undefined
    ? 'While a controller is away, everybody in the table is served without a time limit.'
    : `While a controller is away, everybody in the table is served for ${duration(policy.offline.fullMs)}, then for ${duration(policy.offline.priorityMs)} only people with the offline-priority mark, then nobody. A door that never had a controller is not limited.`,
];

const records = ({ journal }: Config): readonly string[] => [
  `The last ${journal.capacity.toLocaleString('en-US')} events are kept; when they are full, ${journal.whenFull === 'gap' ? 'a numbered gap says how many were lost' : 'nobody enters'}.`,
];

export const keyWarnings: Readonly<Record<KeyOrigin, string>> = {
  none: 'This reader has no keys and no table yet: it knows nobody.',
  standAlone:
    'Low security: this reader works stand-alone, and the keys that sign its table are on the same card (tier 0). Whoever takes the card can work out every PIN and add people.',
  site: 'Low security: the keys of this reader are on the same card as its table (tier 0). Whoever takes the card can work out every PIN of this door; only the site can add people.',
};

const lineWarnings = ({ line: settings }: Config, keys: KeyOrigin): readonly string[] => {
  if (settings?.clear === true) {
    return [
      'Low security: the panel may speak without a secure channel (line.clear). Whoever reaches the wires reads PINs and cards, and opens the door.',
    ];
  }
  if (settings === undefined || keys === 'site') return [];
  return settings.decides === 'panel'
    ? ['The line needs a key that the panel has too: from a bundle (doorpad install-keys), or from the panel in install mode.']
    : ['The keys of this reader do not come from a site: a controller cannot send it tables until they do (doorpad install-keys).'];
};

const warnings = (config: Config, keys: KeyOrigin): readonly string[] => {
  const { policy, strike: release } = config;
  const said: string[] = [];
  if (release === 'relay') {
    said.push('Low security: the strike is wired to this unit. Whoever takes it off the wall can release the strike with two wires.');
  }
  said.push(...(config.line?.decides === 'panel' && keys === 'none' ? [] : [keyWarnings[keys]]), ...lineWarnings(config, keys));
  said.push(...pinFindings(config.settings).map((sentence) => `With doorpad's overlay: ${sentence}`));
  if (policy.mode === 'unlocked') said.push('The door stands unlocked.');
  if (policy.recordFailure === 'grantCards') said.push('Low security: entries can happen that are not written down (failure.recordFailure).');
  if (policy.untrustedTime === 'lastSeen') said.push('Low security: expired people can enter while the clock is not set (failure.untrustedTime).');
  return said;
};

/** As a status says it in one bit. */
export const isLowSecurity = (config: Config, keys: KeyOrigin): boolean =>
  warnings(config, keys).some((sentence) => sentence.startsWith('Low security:'));

/** "5 s", "15 min", "24 h", "7 days": the largest unit that leaves no rest. */
export const duration = (ms: number): string => {
  const day = 86_400_000;
  if (ms >= 2 * day && ms % day === 0) return `${ms / day} days`;
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms > 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${ms / 1_000} s`;
};

const count = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`;
