/**
 * Every setting a door has, one row each: the file's sections and keys, their defaults, ranges and meaning. The page
 * docs/settings.md, the example file, the errors and the hash in the status are all drawn from here.
 */
import { defaultProfile, profiles } from '../access/events.ts';
import { letsInOthers, models, modes } from '../access/mode.ts';
import { defaultPolicy, policyRanges } from '../access/policy.ts';
import {
  becomes,
  changed,
  more,
  mustBeSaid,
  name,
  never,
  none,
  oneNumberOf,
  oneOf,
  path,
  pathOr,
  pathOrNone,
  type Setting,
  type ValueOf,
  type Weaker,
  whole,
  yesNo,
} from './setting.ts';

const second = 1_000;
const hour = 3_600_000;

const inSeconds = ([least, most]: readonly [number, number]): readonly [number, number] => [least / second, most / second];
const inHours = ([least, most]: readonly [number, number]): readonly [number, number] => [least / hour, most / hour];
const moreOrUnlimited: Weaker<number | undefined> = {
  when: 'more, or left out',
  holds: (before = Number.POSITIVE_INFINITY, after = Number.POSITIVE_INFINITY) => after > before,
};

export const wirings = [none, 'normallyOpen', 'normallyClosed'] as const;
export type Wiring = (typeof wirings)[number];

const wired = (what: string, active: string): Setting<Wiring> =>
  oneOf(wirings, {
    byDefault: none,
    meaning: `How ${what} is wired. "normallyOpen": its contact closes when ${active}. "normallyClosed": its contact opens when ${active}. "none": there is none.`,
    weaker: changed,
  });

/** KEY_* codes (include/uapi/linux/input-event-codes.h); the defaults are three codes that no keyboard sends (BTN_TRIGGER_HAPPY1 to 3). */
const inputCode = (what: string, byDefault: number): Setting<number> =>
  whole([1, 767], { byDefault, meaning: `The key code at which the input device reports ${what}.`, weaker: changed });

/** Card readers that are no input device. */
export const wiegand = 'wiegand';
export const pn532 = 'pn532';
/** Of `buzzer`: an input device with a bell, and no LED. */
export const isBell = (buzzer: string): boolean => buzzer.startsWith('/dev/');

const gpioLine = (wire: string, byDefault: number): Setting<number> =>
  whole([0, 1_023], { byDefault, meaning: `The line of that chip on which ${wire} of a Wiegand reader is.`, weaker: changed });

/** Who decides (DESIGN R17). */
export const deciders = ['reader', 'panel', 'panelThenReader'] as const;
export type Decider = (typeof deciders)[number];

/** OSDP.md §1. */
export const lineBaudRates = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400] as const;
export type LineBaudRate = (typeof lineBaudRates)[number];

/** Highest address of a reader; the one above it reaches every reader (OSDP.md §2). */
export const highestAddress = 126;

/** Where a reader answers that nobody asks, nobody hears of anything. Where it was in fact, and where its bundle says it is, is known to the guard alone. */
const movesAway: Weaker<number | undefined> = {
  when: 'another than that at which its controller asks',
  holds: (before, after) => before !== undefined && after !== undefined && before !== after,
};

export const sections = {
  reader: {
    meaning: 'Which reader this is.',
    settings: {
      name: name({ byDefault: 'door', meaning: 'What people call this door. Shown in the status and in what the program prints.', weaker: never }),
      model: oneOf(models, {
        byDefault: defaultPolicy.model,
        meaning: 'Which reader this device stands in for. Only an RPK40 has a keypad; the others refuse the modes that ask for a PIN.',
        weaker: changed,
      }),
      mode: oneOf(modes, {
        byDefault: defaultPolicy.mode,
        meaning: 'Who may open, until a controller says otherwise.',
        weaker: { when: 'a mode that lets in others than the one before', holds: letsInOthers },
      }),
      dataDir: path({
        byDefault: '/var/lib/doorpad',
        meaning: 'Where the PIN table, the journal and the keys are kept. Made with mode 0700 when it does not exist.',
        // Elsewhere there are no keys, no people, and no lockouts.
        weaker: changed,
      }),
    },
  },
  door: {
    meaning: 'The strike and what watches the door.',
    settings: {
      strike: oneOf(['relay', 'controller'], {
        byDefault: mustBeSaid,
        meaning:
          'What releases the strike. "relay": the output of this board, for fail-secure strikes; low security, because its wires run where a stranger can reach them. "controller": a device on the secure side, asked over the line.',
        weaker: becomes('relay'),
      }),
      strikeSeconds: whole(inSeconds(policyRanges.strikeMs), {
        byDefault: defaultPolicy.strikeMs / second,
        meaning: 'How long the strike is released after a grant; twice as long for people with extended time.',
        weaker: more,
      }),
      secureOnOpen: yesNo({
        byDefault: defaultPolicy.secureOnOpen,
        meaning: 'Secure the strike as soon as the door opens. Needs a door contact (devices.doorContact).',
        weaker: becomes(false),
      }),
      heldOpenSeconds: whole(inSeconds(policyRanges.heldOpenMs), {
        byDefault: defaultPolicy.heldOpenMs / second,
        meaning: 'How long the door may stay open before that is an event. Needs a door contact (devices.doorContact).',
        weaker: more,
      }),
      rex: oneOf(['bypass', 'release'], {
        byDefault: defaultPolicy.rex,
        meaning:
          'What request-to-exit does. "bypass": it only keeps an opening door from being reported as forced. "release": it also releases the strike. Egress itself is wired past this device in either case.',
        weaker: becomes('release'),
      }),
    },
  },
  entry: {
    meaning: 'Typing a PIN.',
    settings: {
      windowSeconds: whole(inSeconds(policyRanges.windowMs), {
        byDefault: defaultPolicy.windowMs / second,
        meaning: 'Mode cardAndPin: time from the card in which the PIN must be submitted; twice as long for people with extended time.',
        weaker: more,
      }),
      windowTries: whole(policyRanges.windowTries, {
        byDefault: defaultPolicy.windowTries,
        meaning: 'Mode cardAndPin: how many PINs may be submitted after one card.',
        weaker: more,
      }),
      interDigitSeconds: whole(inSeconds(policyRanges.interDigitMs), {
        byDefault: defaultPolicy.interDigitMs / second,
        meaning: 'Time without a key after which typed digits are forgotten.',
        weaker: never,
      }),
      duress: yesNo({
        byDefault: defaultPolicy.duress,
        meaning: 'Accept duress PINs: a second PIN of a person that opens as usual and raises a silent event.',
        weaker: changed,
      }),
    },
  },
  lockout: {
    meaning: 'Guessing. Cards go on working while PIN entry waits.',
    settings: {
      doorAttempts: whole(policyRanges.doorAttempts, {
        byDefault: defaultPolicy.budget.door.attempts,
        meaning: 'Wrong PINs without a card, by anybody, before PIN entry waits: 60 seconds, doubling to 15 minutes.',
        weaker: more,
      }),
      personAttempts: whole(policyRanges.personAttempts, {
        byDefault: defaultPolicy.budget.person.attempts,
        meaning: 'Wrong PINs after the cards of one person within 10 minutes, before PIN entry waits for that person: 5 minutes, doubling to 60.',
        weaker: more,
      }),
    },
  },
  failure: {
    meaning: 'What happens when something is amiss.',
    settings: {
      recordFailure: oneOf(['deny', 'grantCards'], {
        byDefault: defaultPolicy.recordFailure,
        meaning: 'When a grant cannot be written down. "deny": nobody enters. "grantCards": cards without a use count still open; PINs do not.',
        weaker: becomes('grantCards'),
      }),
      untrustedTime: oneOf(['deny', 'lastSeen'], {
        byDefault: defaultPolicy.untrustedTime,
        meaning:
          'People with validity dates while the clock has not been set since the start. "deny": they do not enter. "lastSeen": they are judged by the last time this reader knew.',
        weaker: becomes('lastSeen'),
      }),
    },
  },
  offline: {
    meaning: 'How long this door serves people without hearing from a controller. Leave it out for no limit.',
    settings: {
      fullHours: whole(inHours(policyRanges.offlineFullMs), {
        byDefault: undefined,
        meaning: 'Hours without a controller in which everybody is served; then only people with the offline-priority mark. Left out: no limit.',
        weaker: moreOrUnlimited,
      }),
      priorityHours: whole(inHours(policyRanges.offlinePriorityMs), {
        byDefault: undefined,
        meaning: 'Hours after that in which people with the offline-priority mark are served; then nobody. Must be said together with fullHours.',
        weaker: moreOrUnlimited,
      }),
    },
  },
  line: {
    meaning: 'The serial line (OSDP on RS-485) to a controller or a panel. Leave it out for a door that stands alone.',
    settings: {
      port: path({
        byDefault: undefined,
        meaning: 'The serial port, best by a name that stays, such as one of /dev/serial/by-id. Left out: there is no line.',
        weaker: { when: 'changed or left out', holds: (before, after) => before !== undefined && before !== after },
      }),
      address: whole([0, highestAddress], {
        byDefault: undefined,
        meaning: 'The address of this reader; no other on its line has it. Must be said together with port.',
        weaker: movesAway,
      }),
      baudRate: oneNumberOf(lineBaudRates, {
        byDefault: 9_600,
        meaning: 'Bits a second. The same for all on the line. A rate and an address that were set over the line go before these.',
        weaker: movesAway,
      }),
      decides: oneOf(deciders, {
        byDefault: 'reader',
        meaning:
          'Who decides. "reader": this reader, by its own table. "panel": keys and cards go up, and the panel of any maker drives lights and strike. "panelThenReader": the panel while it is there, this reader while it is not.',
        weaker: { when: 'anything but "reader"', holds: (before, after) => before !== after && after !== 'reader' },
      }),
      clear: yesNo({
        byDefault: false,
        meaning:
          'Talk to a panel without a secure channel; low security, because whoever is on the wires reads PINs and opens the door. Only where a panel decides.',
        weaker: becomes(true),
      }),
    },
  },
  devices: {
    meaning: 'Where the parts of this reader are, as Linux input devices and LED-class outputs. The defaults are names to give them.',
    // A light that was put where the strike is would release it; contacts that are not there see nothing.
    settings: {
      keypad: pathOr([wiegand], {
        byDefault: '/dev/doorpad/keypad',
        meaning:
          'The input device of the keypad. Not looked for when the model has none. "wiegand": the keypad of the Wiegand reader; whoever is on its wires reads PINs.',
        weaker: becomes(wiegand),
      }),
      cardReader: pathOr([none, wiegand, pn532], {
        byDefault: '/dev/doorpad/card-reader',
        meaning:
          'The input device of a card reader that types. "wiegand": one at the two wires below. "pn532": a PN532 at the serial port below; it reads UIDs, which anybody can copy. "none": there is no card reader, so only pinOnly, unlocked and locked make sense.',
        weaker: never,
      }),
      // These pull a line up, whosever it is.
      wiegandChip: path({ byDefault: '/dev/gpiochip0', meaning: 'The GPIO chip of the wires of a Wiegand reader.', weaker: changed }),
      wiegandData0: gpioLine('D0', 7),
      wiegandData1: gpioLine('D1', 8),
      wiegandParity: oneOf(['checked', 'raw'], {
        byDefault: 'checked',
        meaning:
          'What is done with cards of 26, 34, 35 and 37 bits whose parity is not that of the usual format of this length. "checked": they are taken for noise. "raw": they are cards.',
        weaker: becomes('raw'),
      }),
      pn532: path({ byDefault: '/dev/doorpad/pn532', meaning: 'The serial port of a PN532, best by a name that stays.', weaker: never }),
      inputs: path({ byDefault: '/dev/doorpad/inputs', meaning: 'The input device of the contacts below.', weaker: changed }),
      rex: wired('request-to-exit', 'somebody asks to leave'),
      rexCode: inputCode('request-to-exit', 0x2c0),
      doorContact: wired('the door contact', 'the door opens'),
      doorContactCode: inputCode('the door contact', 0x2c1),
      tamper: wired('the tamper contact', 'the case is opened'),
      tamperCode: inputCode('the tamper contact', 0x2c2),
      strike: path({
        byDefault: '/sys/class/leds/doorpad:strike',
        meaning: 'The output that releases the strike, as a Linux LED: the kernel ends each release by itself.',
        weaker: changed,
      }),
      red: path({ byDefault: '/sys/class/leds/doorpad:red', meaning: 'The red light.', weaker: changed }),
      green: path({ byDefault: '/sys/class/leds/doorpad:green', meaning: 'The green light.', weaker: changed }),
      blue: pathOrNone({
        byDefault: none,
        meaning: 'The blue light. "none": what would be blue is dark.',
        weaker: changed,
      }),
      amber: pathOrNone({ byDefault: none, meaning: 'A light of its own for amber. "none": red and green together.', weaker: changed }),
      buzzer: pathOrNone({
        byDefault: '/sys/class/leds/doorpad:buzzer',
        meaning: 'The buzzer, as a Linux LED; below /dev as an input device with a bell (pwm-beeper), which has two tones.',
        weaker: changed,
      }),
    },
  },
  journal: {
    meaning: 'The events this door keeps.',
    settings: {
      capacity: whole([1_000, 1_000_000], {
        byDefault: 200_000,
        meaning: 'How many events are kept. Grants and alarms are never pushed out by denials.',
        weaker: { when: 'fewer', holds: (before, after) => after < before },
      }),
      whenFull: oneOf(['gap', 'deny'], {
        byDefault: 'gap',
        meaning:
          'When the journal is full of events nobody has fetched. "gap": the door goes on and a numbered gap says how many were lost. "deny": nobody enters.',
        weaker: becomes('gap'),
      }),
      profile: oneOf(profiles, {
        byDefault: defaultProfile,
        meaning: 'The words in which events are shown to people. Programs compare codes, which are the same in every profile.',
        weaker: never,
      }),
    },
  },
  log: {
    meaning: "The program's own log, on standard output. Events are in the journal, never here.",
    settings: {
      level: oneOf(['error', 'warn', 'info', 'debug'], {
        byDefault: 'info',
        meaning: 'How much is logged. No level logs digits, card numbers or keys.',
        weaker: never,
      }),
    },
  },
} as const;

export type SectionName = keyof typeof sections;
export const sectionNames = Object.keys(sections) as readonly SectionName[];

/** Every setting of a door in the units of the file, defaults filled in. */
export type Settings = {
  readonly [Section in SectionName]: {
    readonly [Key in keyof (typeof sections)[Section]['settings']]: ValueOf<(typeof sections)[Section]['settings'][Key]>;
  };
};
