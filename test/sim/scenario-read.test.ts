/** What is said of a story's file that is wrong: every error at once, with its line, its column and what may stand there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxKeys } from '../../sim/scenarios/arguments.ts';
import { play } from '../../sim/scenarios/play.ts';
import { maxPeople } from '../../sim/scenarios/read-people.ts';
import { maxScenarioBytes, readScenario } from '../../sim/scenarios/read-scenario.ts';
import { verbs } from '../../sim/scenarios/verbs.ts';
import { errorLine } from '../../src/config/config-error.ts';
import { maxListedErrors } from '../../src/shared/first-errors.ts';

const errorsOf = (text: string): readonly string[] => {
  const read = readScenario(text);
  return read.ok ? [] : read.failure.map((error) => errorLine('s', error));
};

const head = `story = "Ann"
people.Ann = { pin = "0417", cards = ["A"] }
people.Ben = { pin = "25807", duressPin = "7085" }
`;
/** The first of the steps is on line 5. */
const withSteps = (...steps: readonly string[]): string => `${head}steps = '''\n${steps.join('\n')}\n'''\n`;
const stepErrors = (...steps: readonly string[]): readonly string[] => errorsOf(withSteps(...steps));

describe('a story with wrong steps', () => {
  it.each([
    ['tpye 1', 's:5:1: There is no verb "tpye"; did you mean type? Allowed: type, burst, key, '],
    ['type 12a#', 's:5:6: "12a#" cannot be typed. Allowed: 1 to 256 of the keys '],
    ['type', 's:5:5: KEYS is missing: write type KEYS.'],
    ['type 12 34', 's:5:9: Nothing more can stand here: write type KEYS.'],
    [`burst ${'1'.repeat(maxKeys + 1)}`, `s:5:7: "${'1'.repeat(39)}… cannot be typed. Allowed: 1 to 256 of`],
    ['key 7 dwon', 's:5:7: There is no way of a key "dwon"; did you mean down? Allowed: down, up.'],
    ['card A/B', 's:5:6: "A/B" cannot be the name of a card. Allowed: a name of 1 to 32 letters, digits, - and _.'],
    ['wait', 's:5:5: TIME is missing: write wait TIME [UNIT].'],
    ['wait 1,5', 's:5:6: "1,5" is not a time. Allowed: a number to the millisecond, such as 14.999.'],
    ['wait -1', 's:5:6: "-1" is not a time.'],
    ['wait 1.5 ms', 's:5:6: A time is given to the millisecond, not finer.'],
    ['wait 1 hour', 's:5:8: There is no unit "hour". Allowed: ms, s, min, h, days.'],
    ['wait 32 days', 's:5:6: A story takes at most 31 days.'],
    ['mode cardandpin', 's:5:6: There is no mode "cardandpin"; did you mean cardAndPin? Allowed: cardOnly, '],
    ['order', 's:5:1: order says what: order release, for one. Allowed: release, clearLockout.'],
    ['order relaese', 's:5:7: order says what: order release, for one. Did you mean order release? Allowed: release, clearLockout.'],
    ['order clearLockout Anne', 's:5:20: There is no person "Anne"; did you mean Ann? Allowed: Ann, Ben.'],
    ['wall 2026-03-02', 's:5:6: "2026-03-02" is not a moment. Allowed: a moment with its zone, such as 2026-03-02T08:00:00Z.'],
    ['wall 2026-13-02T00:00Z', 's:5:6: "2026-13-02T00:00Z" is not a moment.'],
    ['link down', 's:5:6: This door has no controller: write controller = true above the steps.'],
    ['publish pin Ann 123', 's:5:17: "123" cannot be a PIN. Allowed: 4 to 8 digits.'],
    ['publish pin Ann 7085', 's:5:13: That PIN belongs to Ben.'],
    ['power on', 's:5:7: The power is on here already.'],
    ['expect lihgt red', 's:5:8: There is no way to expect "lihgt"; did you mean light? Allowed: light, sound.'],
    ['expect light', 's:5:13: What the light is to be is missing. Allowed: off|red|'],
    ['expect light pink', 's:5:14: There is no light "pink". Allowed: off, red, green, amber, blue, violet, white.'],
    ['expect sound low beep', 's:5:18: Nothing more can stand here: write expect sound none|beep|low.'],
    ['  type 1', 's:5:3: Only what expect expects is indented: "type 1" does not follow one.'],
  ])('%s: says where and why', (step, error) => {
    const errors = stepErrors(step);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(error);
  });

  it('hears of every wrong step at once, in order', () => {
    expect(stepErrors('card A', 'wiat 1', '# fine', 'type 12x', 'expect', '  signal granted').map((error) => error.split(':', 3).join(':'))).toEqual([
      's:6:1',
      's:8:6',
      's:10:3',
    ]);
  });

  it('is told when time would go back, or the power is off', () => {
    expect(stepErrors('type 0417', 'until 0.399')).toEqual(['s:6:7: It is 0.400 s here already, and time does not go back.']);
    expect(stepErrors('power cut', 'type 0', 'mode locked')).toEqual(['s:7:1: The reader has no power here: mode comes after power on.']);
    expect(stepErrors('power cut', 'power on', 'mode locked', 'until 0')).toEqual([]);
  });

  it('is not told of what only follows from another error', () => {
    expect(stepErrors('power ctu', 'power on', 'wait x', 'until 0')).toHaveLength(2);
  });

  it('has at least one step, on lines of its own', () => {
    expect(stepErrors('# nothing')).toEqual(['s:4:1: A story has at least one step.']);
    for (const steps of ['steps = "card A"', "steps = '''card A\n'''", "steps = '''\ncard A'''", 'steps = ["card A"]', 'steps.a = 1']) {
      expect(errorsOf(`${head}${steps}\n`)).toEqual(["s:4:1: steps are lines of their own between steps = ''' and a line with ''' alone."]);
    }
  });

  it('is told where steps went that stand below a section', () => {
    expect(errorsOf("story = 'x'\n[people]\nAnn = {}\nsteps = '''\nrex\n'''\n")).toContain(
      's: steps are missing: those below [people] belong to that section. Put the steps above it, or write people.… = … without a section.',
    );
    expect(errorsOf('story = "x"')).toEqual(["s: steps are missing: write them between steps = ''' and a line with ''' alone."]);
  });
});

describe('a story with a wrong door or wrong people', () => {
  const errorsAbove = (...lines: readonly string[]): readonly string[] => errorsOf(`${lines.join('\n')}\nsteps = '''\nrex\n'''\n`);

  it("is read with the names, units and limits of a door's settings", () => {
    expect(
      errorsAbove('story = "x"', 'reader.mode = "cardAndPn"', 'door.strikeSeconds = 99', 'entry.windowSecond = 15', 'devices.rex = "none"'),
    ).toEqual([
      's:2:8: reader.mode cannot be "cardAndPn". Allowed: "cardOnly", "pinOnly", "cardOrPin", "cardAndPin", "unlocked", "locked".',
      's:3:6: door.strikeSeconds cannot be 99. Allowed: a whole number, 1 to 60.',
      's:4:7: There is no setting entry.windowSecond; did you mean windowSeconds? Allowed: windowSeconds, windowTries, interDigitSeconds, duress.',
      's:5:1: A story has no section devices: it is about real devices. Allowed: story, wall, wallTrusted, controller, table, people, reader, door, entry, lockout, failure, offline, journal, steps.',
    ]);
    expect(errorsAbove('story = "x"', 'door = 3')).toEqual(['s:2:1: door is a section: write [door] on a line of its own, once.']);
  });

  it('hears what each key may be', () => {
    expect(errorsAbove('stroy = "x"', 'wall = 2026-03-02', 'controller = "yes"').map((error) => error.replace(/ Allowed: story.*/, ''))).toEqual([
      's:1:1: There is no "stroy" in a story; did you mean story?',
      's:2:1: wall cannot be a date. Allowed: a moment with its zone, such as 2026-03-02T08:00:00Z.',
      's:3:1: controller cannot be "yes". Allowed: true, false.',
      's: story is missing. Allowed: a sentence of at most 200 characters.',
    ]);
  });

  it('is told about each fact of each person, where it stands', () => {
    expect(
      errorsAbove(
        'story = "x"',
        'people.Ann = { pin = 417, crads = ["A"] }',
        "people.Ben = { pin = '123', cards = ['A B'], uses = 0 }",
        'people."2" = {}',
        'people.Cleo = 3',
      ),
    ).toEqual([
      's:2:16: pin of Ann cannot be 417. Allowed: 4 to 8 digits in quotes, which keep leading zeros.',
      's:2:27: There is no fact of a person "crads"; did you mean cards? Allowed: pin, duressPin, cards, validFrom, validUntil, uses, extendedTime, offlinePriority.',
      's:3:16: pin of Ben cannot be "123". Allowed: 4 to 8 digits in quotes, which keep leading zeros.',
      's:3:29: cards of Ben cannot be a list. Allowed: a list of at most 16 names of 1 to 32 letters, digits, - and _.',
      's:3:46: uses of Ben cannot be 0. Allowed: a whole number, 1 to 65535.',
      's:4:8: "2" cannot be the name of a person. Allowed: a letter, then at most 31 letters, digits, -, _ and \'.',
      "s:5:8: Cleo is a person: write people.Cleo = { pin = '0417', cards = ['A'] }.",
    ]);
  });

  it('finds the facts of people in sections too', () => {
    const text = "story = 'x'\nsteps = '''\nrex\n'''\n[people.Ann]\ncards = ['A']\npin = 417\n[people.Ben]\ncards = ['A']\n";
    expect(errorsOf(text)).toEqual([
      's:7:1: pin of Ann cannot be 417. Allowed: 4 to 8 digits in quotes, which keep leading zeros.',
      "s:9:1: The card A is Ann's already.",
    ]);
  });

  it('has no two people with one PIN or one card, nor one with the same PIN twice', () => {
    expect(
      errorsAbove('story = "x"', 'people.Ann = { pin = "0417", duressPin = "0417" }', 'people.Ben = { pin = "0417", cards = ["A", "A!"] }'),
    ).toEqual(["s:2:30: The PIN 0417 is Ann's already.", "s:3:16: The PIN 0417 is Ann's already.", "s:3:30: The card A is Ben's already."]);
  });

  it('is refused when people are no people, or too many', () => {
    expect(errorsAbove('story = "x"', 'people = 3')).toEqual(["s:2:1: people is a section: write people.Ann = { pin = '0417' }."]);
    const many = Array.from({ length: maxPeople + 1 }, (_, index) => `people.P${index} = {}`);
    expect(errorsAbove('story = "x"', ...many)).toEqual([`s:2:1: A story has at most ${maxPeople} people.`]);
  });
});

describe('a story', () => {
  it('keeps the zeros of its PINs, and takes moments with or without quotes', () => {
    const read = readScenario(
      `wall = 2026-03-02T09:00:00+01:00\n${head}people.Cleo = { validFrom = 2026-03-02T08:00:00Z, validUntil = "2026-04-01T00:00+02:00" }\nsteps = '''\nrex\n'''\n`,
    );
    expect(read.ok && read.value.setup).toMatchObject({
      wall: '2026-03-02T08:00:00.000Z',
      people: [
        { name: 'Ann', pin: '0417' },
        { name: 'Ben' },
        { name: 'Cleo', validFrom: '2026-03-02T08:00:00.000Z', validUntil: '2026-04-01T00:00+02:00' },
      ],
    });
  });

  it('has exactly the settings of its file', () => {
    const read = readScenario(
      `${head}door.strikeSeconds = 3\nlockout.doorAttempts = 2\njournal.capacity = 1000\nreader.mode = "cardAndPin"\nsteps = '''\nrex\n'''\n`,
    );
    expect(read.ok && read.value.setup).toMatchObject({
      mode: 'cardAndPin',
      policy: { strikeMs: 3_000, budget: { door: { attempts: 2 } } },
      journalLimits: { events: 1_000, whenFull: 'gap' },
    });
  });

  it('is refused when it is not TOML, and when it is too large', () => {
    expect(errorsOf('story = "x\n')[0]).toMatch(/^s:1:\d+: This is not TOML: /);
    expect(errorsOf(`#${'x'.repeat(maxScenarioBytes)}`)).toEqual([`s: The file is larger than ${maxScenarioBytes} bytes.`]);
    expect(errorsOf(`#${'ä'.repeat(maxScenarioBytes / 2)}`)).toEqual([`s: The file is larger than ${maxScenarioBytes} bytes.`]);
  });

  it('hears of the first errors only when there are very many', () => {
    const errors = stepErrors(...Array.from({ length: maxListedErrors + 5 }, () => 'x'));
    expect(errors).toHaveLength(maxListedErrors + 1);
    expect(errors.at(-1)).toBe('s: There are 5 further errors.');
  });

  const seed = Date.now() % 2 ** 31;

  it(`never throws, whatever is in the file (seed ${seed})`, () => {
    const word = fc.oneof(
      fc.constantFrom(...Object.keys(verbs), 'expect', 'expect light', '0417#', 'A', 'Ann', '1', 's', 'red', 'down', '0.000', '  ', '#', "'''", '\n'),
      fc.string({ maxLength: 6 }),
    );
    const steps = fc.array(
      fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
      { maxLength: 8 },
    );
    const keys = fc.constantFrom(
      'story',
      'people',
      'people.Ann',
      'people."__proto__"',
      'reader',
      'reader.mode',
      'door',
      'wall',
      'steps',
      '__proto__',
      'constructor',
    );
    const values = fc.constantFrom(
      '"x"',
      '1',
      '{}',
      '[]',
      '{ pin = "0417" }',
      'true',
      'nan',
      '2026-01-01',
      '1979-05-27T07:32:00Z',
      '"cardOnly"',
      '{ a = [{ b = 1 }] }',
      "'''\n'''",
    );
    const line = fc.oneof(
      fc.tuple(keys, values).map(([key, value]) => `${key} = ${value}`),
      fc.tuple(keys).map(([key]) => `[${key}]`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), steps, fc.boolean(), (lines, told, isWhole) => {
        readScenario(isWhole ? withSteps(...told) : `${lines.join('\n')}\nsteps = '''\n${told.join('\n')}\n'''\n`);
      }),
      { seed, numRuns: 500 },
    );
  });

  it(`that can be read can be played (seed ${seed})`, async () => {
    const step = fc.constantFrom(
      'type 0417#',
      'burst 12345678',
      'key 7 down',
      'key 7 up',
      'card A',
      'card Z',
      'wait 3',
      'wait 20 min',
      'leaf open',
      'leaf shut',
      'rex',
      'tamper open',
      'mode cardAndPin',
      'mode unlocked',
      'order release',
      'order clearLockout',
      'wall 2030-01-01T00:00:00Z',
      'link up',
      'link down',
      'publish all',
      'publish pin Ann 9035',
      'publish without Ben',
      'power cut',
      'power on',
      'restart',
      'disk full',
      'disk failed',
      'disk ok',
      'strike failing',
      'strike unreachable',
      'strike working',
      'expect',
      'expect light red',
      'expect sound none',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const read = readScenario(`controller = true\n${withSteps(...steps)}`);
        if (read.ok) expect((await play(read.value)).broke).toBeUndefined();
      }),
      { seed, numRuns: 60 },
    );
  });
});
