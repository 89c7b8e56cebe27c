/** What a settings file makes of a door, and what is said about a file that is wrong. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { defaultPolicy, policyRanges } from '../src/access/policy.ts';
import { mustBeSaid } from '../src/config/setting.ts';
import { sectionNames, sections } from '../src/config/settings.ts';
import { type Config, errorLine, maxConfigBytes, readConfig } from '../src/config.ts';
import { maxListedErrors } from '../src/shared/first-errors.ts';

const least = '[door]\nstrike = "relay"\n';

const read = (text: string): Config => {
  const config = readConfig(text);
  if (!config.ok) throw new Error(config.failure.map((error) => errorLine('test.toml', error)).join('\n'));
  return config.value;
};

const errorsOf = (text: string): readonly string[] => {
  const config = readConfig(text);
  return config.ok ? [] : config.failure.map((error) => errorLine('test.toml', error));
};

describe('settings that are right', () => {
  it('are the defaults of the rules when the file says only what it must', () => {
    const config = read(least);
    expect(config.policy).toEqual(defaultPolicy);
    expect(config).toMatchObject({ name: 'door', dataDir: '/var/lib/doorpad', strike: 'relay', profile: 'genea-2021', logLevel: 'info' });
  });

  it('are written in seconds and hours and become milliseconds', () => {
    const config = read(`${least}
      strikeSeconds = 3
      heldOpenSeconds = 45
      secureOnOpen = true
      rex = "release"
      [entry]
      windowSeconds = 20
      windowTries = 2
      interDigitSeconds = 4
      duress = true
      [lockout]
      doorAttempts = 4
      personAttempts = 6
      [failure]
      recordFailure = "grantCards"
      untrustedTime = "lastSeen"
      [devices]
      rex = "normallyOpen"
      doorContact = "normallyClosed"
      [offline]
      fullHours = 24
      priorityHours = 168
      [reader]
      name = "Tor Süd"
      mode = "cardAndPin"`);
    expect(config.name).toBe('Tor Süd');
    expect(config.policy).toEqual({
      ...defaultPolicy,
      mode: 'cardAndPin',
      strikeMs: 3_000,
      heldOpenMs: 45_000,
      secureOnOpen: true,
      rex: 'release',
      windowMs: 20_000,
      windowTries: 2,
      interDigitMs: 4_000,
      duress: true,
      recordFailure: 'grantCards',
      untrustedTime: 'lastSeen',
      offline: { fullMs: 24 * 3_600_000, priorityMs: 168 * 3_600_000 },
      budget: { door: { ...defaultPolicy.budget.door, attempts: 4 }, person: { ...defaultPolicy.budget.person, attempts: 6 } },
    });
  });

  it('have a line when they say where it is, and none otherwise', () => {
    expect(read(least).line).toBeUndefined();
    expect(read(`${least}[line]\nport = "/dev/serial/by-id/usb-x"\naddress = 0`).line).toEqual({
      port: '/dev/serial/by-id/usb-x',
      address: 0,
      baudRate: 9_600,
      decides: 'reader',
      clear: false,
    });
    const panel = read(`${least}[line]\nport = "/dev/ttyS0"\naddress = 126\nbaudRate = 230400\ndecides = "panel"\nclear = true`).line;
    expect(panel).toMatchObject({ address: 126, baudRate: 230_400, decides: 'panel', clear: true });
  });

  it('may stand in inline tables, dotted keys and quoted keys', () => {
    expect(read('door = { strike = "relay", "strikeSeconds" = 7 }').policy.strikeMs).toBe(7_000);
    expect(read('door.strike = "relay"\ndoor.strikeSeconds = 7').policy.strikeMs).toBe(7_000);
  });

  it.each([
    ['entry', 'windowSeconds', policyRanges.windowMs, 1_000],
    ['entry', 'windowTries', policyRanges.windowTries, 1],
    ['entry', 'interDigitSeconds', policyRanges.interDigitMs, 1_000],
    ['door', 'strikeSeconds', policyRanges.strikeMs, 1_000],
    ['door', 'heldOpenSeconds', policyRanges.heldOpenMs, 1_000],
    ['lockout', 'doorAttempts', policyRanges.doorAttempts, 1],
    ['lockout', 'personAttempts', policyRanges.personAttempts, 1],
    ['offline', 'fullHours', policyRanges.offlineFullMs, 3_600_000],
    ['offline', 'priorityHours', policyRanges.offlinePriorityMs, 3_600_000],
  ] as const)('take the whole range of %s.%s and nothing outside it', (section, key, range, unit) => {
    const [low, high] = [range[0] / unit, range[1] / unit];
    const partner = { fullHours: 'offline.priorityHours = 1\n', priorityHours: 'offline.fullHours = 1\n' }[key as string] ?? '';
    const withValue = (value: number | string): readonly string[] => errorsOf(`door.strike = "relay"\n${partner}${section}.${key} = ${value}`);
    expect(withValue(low)).toEqual([]);
    expect(withValue(high)).toEqual([]);
    for (const value of [low - 1, high + 1, low + 0.5, 'nan', 'inf', `"${low}"`, 'true', `[${low}]`]) {
      expect(withValue(value).join()).toContain(`Allowed: a whole number, ${low} to ${high}.`);
    }
  });
});

describe('settings that are wrong', () => {
  it('are all told at once, in the order of the file, with line, key and what is allowed', () => {
    const text = `# a door
[door]
strik = "relay"
strikeSeconds = 99

[entri]
x = 1
[lockout]
mode = "unlocked"
doorAttempts = "5"
[reader]
model = "RP10"
dataDir = "data"
[[log]]
level = "info"
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      [
        "test.toml:2:2: door.strike is missing: it has no default, so the file must say it. Allowed: "relay", "controller".",
        "test.toml:3:1: There is no setting door.strik; did you mean strike? Allowed: strike, strikeSeconds, secureOnOpen, heldOpenSeconds, rex.",
        "test.toml:4:1: door.strikeSeconds cannot be 99. Allowed: a whole number, 1 to 60.",
        "test.toml:6:2: There is no section [entri]; did you mean entry? Allowed: reader, door, entry, lockout, failure, offline, line, devices, journal, log.",
        "test.toml:9:1: There is no setting lockout.mode; did you mean reader.mode? Allowed: doorAttempts, personAttempts.",
        "test.toml:10:1: lockout.doorAttempts cannot be "5". Allowed: a whole number, 1 to 10.",
        "test.toml:11:2: An RP10 has no keypad, so mode "cardOrPin" would ask for a PIN that nobody can type. Use cardOnly, unlocked or locked, or an RPK40.",
        "test.toml:13:1: reader.dataDir cannot be "data". Allowed: an absolute path without "..".",
        "test.toml:14:3: log is a section: write [log] on a line of its own, once.",
      ]
    `);
  });

  it('include a strike that was not chosen, wherever the section is', () => {
    const allowed = 'Allowed: "relay", "controller".';
    const sentence = 'door.strike is missing: it has no default, so the file must say it.';
    expect(errorsOf('')).toEqual([`test.toml: ${sentence} ${allowed}`]);
    expect(errorsOf('\n\n[door]\n')).toEqual([`test.toml:3:2: ${sentence} ${allowed}`]);
  });

  it('include a strike released over a line that is not there', () => {
    expect(errorsOf('[door]\nstrike = "controller"')).toEqual([
      'test.toml:2:1: strike = "controller" asks a device on the secure side over the line, and there is no [line] with a port.',
    ]);
    expect(read('[door]\nstrike = "controller"\n[line]\nport = "/dev/ttyS0"\naddress = 1').strike).toBe('controller');
  });

  it('include a strike at the controller where the panel decides', () => {
    const remote = '[door]\nstrike = "controller"\n[line]\nport = "/dev/ttyS0"\naddress = 1\n';
    expect(errorsOf(`${remote}decides = "panel"`)).toEqual([
      expect.stringMatching(/^test\.toml:2:1: strike = "controller" is for a reader that decides/),
    ]);
    for (const decides of ['reader', 'panelThenReader']) expect(errorsOf(`${remote}decides = "${decides}"`)).toEqual([]);
  });

  it.each(['RP10', 'RP15', 'RP40'])('include a PIN mode at a %s, with the reason', (model) => {
    for (const mode of ['pinOnly', 'cardOrPin', 'cardAndPin']) {
      expect(errorsOf(`${least}[reader]\nmodel = "${model}"\nmode = "${mode}"`).join()).toMatch(/^test\.toml:5:1: .*has no keypad, so mode/);
    }
    for (const mode of ['cardOnly', 'locked', 'unlocked']) {
      expect(errorsOf(`${least}[reader]\nmodel = "${model}"\nmode = "${mode}"`)).toEqual([]);
    }
  });

  it('include modes and reactions that need a part which is not there', () => {
    const none = `${least}[devices]\ncardReader = "none"\n`;
    expect(errorsOf(none).join()).toContain('Mode "cardOrPin" needs a card reader');
    expect(errorsOf(`${none}[reader]\nmode = "pinOnly"`)).toEqual([]);
    expect(errorsOf(`${least}secureOnOpen = true`)).toEqual([expect.stringMatching(/^test\.toml:3:1: .*needs a door contact/)]);
    expect(errorsOf(`${least}rex = "release"`)).toEqual([expect.stringMatching(/^test\.toml:3:1: .*needs a request-to-exit input/)]);
    const wired = '[devices]\ndoorContact = "normallyClosed"\nrex = "normallyOpen"';
    expect(errorsOf(`${least}secureOnOpen = true\nrex = "release"\n${wired}`)).toEqual([]);
    expect(errorsOf(`${least}[devices]\ntamperCode = 704`).join()).toContain('Two contacts have the same code');
  });

  it('include two wires or two ports that are one', () => {
    expect(errorsOf(`${least}[devices]\nwiegandData0 = 8`).join()).toMatch(/^test\.toml:4:1: .*wiegandData0 and wiegandData1 are the same line/);
    const line = `${least}[line]\nport = "/dev/ttyS0"\naddress = 0\n`;
    const same = '[devices]\npn532 = "/dev/ttyS0"\ncardReader =';
    expect(errorsOf(`${line}${same} "pn532"`).join()).toContain('devices.pn532 and line.port are the same serial port');
    expect(errorsOf(`${line}${same} "wiegand"\nkeypad = "wiegand"`)).toEqual([]);
    expect(errorsOf(`${least}[devices]\ncardReader = "wigand"`).join()).toMatch(/devices\.cardReader.*or "none", or "wiegand", or "pn532"/);
  });

  it('include half a line, and words about a line that is not there', () => {
    const together = 'line.port and line.address belong together: say both, or neither for a door that stands alone.';
    expect(errorsOf(`${least}[line]\nport = "/dev/ttyS0"`)).toEqual([`test.toml:4:1: ${together}`]);
    expect(errorsOf(`${least}[line]\naddress = 0`)).toEqual([`test.toml:3:2: ${together}`]);
    for (const [key, value] of [
      ['baudRate', '115200'],
      ['decides', '"panel"'],
      ['clear', 'true\ndecides = "panel"'],
    ]) {
      expect(errorsOf(`${least}[line]\n${key} = ${value}`)[0]).toBe(
        `test.toml:4:1: line.${key} says something of a line, and there is none: say line.port and line.address too.`,
      );
    }
  });

  it('include an address or a rate that no reader has', () => {
    const line = (text: string): string => errorsOf(`${least}[line]\nport = "/dev/ttyS0"\n${text}`).join();
    for (const value of ['-1', '127', '1.5', '"1"']) expect(line(`address = ${value}`)).toContain('Allowed: a whole number, 0 to 126.');
    for (const value of ['0', '4800', '115201', '"9600"']) {
      expect(line(`address = 1\nbaudRate = ${value}`)).toContain('Allowed: 9600, 19200, 38400, 57600, 115200, 230400.');
    }
    expect(line('address = 1\ndecides = "controller"')).toContain('Allowed: "reader", "panel", "panelThenReader".');
    expect(errorsOf(`${least}[line]\nport = "ttyS0"\naddress = 1`).join()).toContain('Allowed: an absolute path');
  });

  it('include a clear line where the reader decides', () => {
    const clear = `${least}[line]\nport = "/dev/ttyS0"\naddress = 1\nclear = true\n`;
    expect(errorsOf(clear)).toEqual([expect.stringMatching(/^test\.toml:6:1: clear = true is for a door whose panel decides/)]);
    for (const decides of ['panel', 'panelThenReader']) expect(errorsOf(`${clear}decides = "${decides}"`)).toEqual([]);
  });

  it('include half an offline limit', () => {
    expect(errorsOf(`${least}[offline]\nfullHours = 24`).join()).toContain('belong together');
    expect(errorsOf(`${least}[offline]\npriorityHours = 24`).join()).toContain('belong together');
  });

  it('are not followed up by errors that only come from them', () => {
    expect(errorsOf(`${least}[reader]\nmodel = "RP10"\nmode = "cardsOnly"`)).toHaveLength(1);
  });

  it.each([
    ['strikeSecond', 'strikeSeconds'],
    ['strikeseconds', 'strikeSeconds'],
    ['windowSeconds', 'entry.windowSeconds'],
    ['duration', undefined],
  ])('suggest what was meant by door.%s', (key, meant) => {
    const [error] = errorsOf(`${least}${key} = 5`);
    expect(error).toContain(meant === undefined ? `There is no setting door.${key}.` : `did you mean ${meant}?`);
  });

  it('suggest the section for a key that stands outside any', () => {
    expect(errorsOf(`windowSeconds = 5\n${least}`)[0]).toContain('There is no section [windowSeconds]; did you mean entry.windowSeconds?');
  });

  it('include sections written as lists, values or dates', () => {
    for (const text of ['[[entry]]', 'entry = 1', 'entry = 1979-05-27', 'entry = []', 'entry = "x"']) {
      expect(errorsOf(`${text}\n${least}`)).toEqual([expect.stringContaining('entry is a section: write [entry] on a line of its own, once.')]);
    }
  });

  it('name the line and column at which the file stops being TOML', () => {
    expect(errorsOf('[door]\nstrike = relay\n')).toEqual([expect.stringMatching(/^test\.toml:2:\d+: This is not TOML: .*\.$/)]);
    expect(errorsOf(`${least}strike = "relay"\n`)).toEqual([expect.stringMatching(/^test\.toml:3:1: This is not TOML: /)]);
  });

  it.each(['', 'a\nb', '\u001B[31m', '\u202E', 'x'.repeat(65)])('include a name that would not print on one line: %j', (name) => {
    expect(errorsOf(`${least}[reader]\nname = ${JSON.stringify(name)}`).join()).toContain('Allowed: text of 1 to 64 characters on one line');
  });

  it.each(['', 'data', '/var/../etc', '/a\u0000b', `/${'x'.repeat(255)}`])('include a path that is not plainly absolute: %j', (path) => {
    expect(errorsOf(`${least}[reader]\ndataDir = ${JSON.stringify(path)}`).join()).toContain('Allowed: an absolute path');
  });

  it('are shown without control characters and cut when long', () => {
    const text = `${least}rex = "\\u001B[31m${'x'.repeat(100)}"\n"\\u001B[2J" = 1\n`;
    const [value, key] = errorsOf(text);
    expect(value).toContain(`door.rex cannot be "?[31m${'x'.repeat(34)}….`);
    expect(key).toContain('There is no setting door."?[2J"');
  });

  it('never have the values of unknown keys repeated: they may be secrets', () => {
    expect(errorsOf(`${least}pin = "04170417"`).join()).not.toContain('0417');
  });

  it('are counted beyond the first hundred', () => {
    const text = least + Array.from({ length: maxListedErrors + 7 }, (_, index) => `x${index} = 1\n`).join('');
    const errors = errorsOf(text);
    expect(errors).toHaveLength(maxListedErrors + 1);
    expect(errors.at(-1)).toBe('test.toml: There are 7 further errors.');
  });

  it('include a file too large to be one', () => {
    const fill = (bytes: number): string => `${least}#${'x'.repeat(bytes - least.length - 1)}`;
    expect(errorsOf(fill(maxConfigBytes))).toEqual([]);
    expect(errorsOf(fill(maxConfigBytes + 1))).toEqual(['test.toml: The file is larger than 65536 bytes.']);
    expect(errorsOf(`${least}#${'ü'.repeat(maxConfigBytes / 2)}`)).toEqual(['test.toml: The file is larger than 65536 bytes.']);
  });

  it('include keys that other programs have stumbled over, which change nothing', () => {
    const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
    for (const key of keys) {
      for (const text of [
        `${least}${key} = 1`,
        `${least}[${key}]\nlevel = "debug"`,
        `${least}[${key}.log]\nlevel = "debug"`,
        `${key}.polluted = 1\n${least}`,
      ]) {
        expect(errorsOf(text)).toEqual([expect.stringMatching(/There is no (setting|section)/)]);
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('the table of settings', () => {
  const rows = sectionNames.flatMap((section) => Object.entries(sections[section].settings).map(([key, row]) => ({ key: `${section}.${key}`, row })));

  it.each(rows)('has a default for $key that the file could also say', ({ row }) => {
    if (row.byDefault === mustBeSaid || row.byDefault === undefined) return;
    expect(v.is(row.schema, row.byDefault)).toBe(true);
  });
});

describe('any file at all', () => {
  const value = fc.oneof(
    fc.constantFrom(
      '"relay"',
      '"controller"',
      '5',
      '99',
      'true',
      '"RP10"',
      '"pinOnly"',
      'nan',
      '1979-05-27',
      '[]',
      '{}',
      '"""\n[door]\n"""',
      '"/x"',
      '"deny"',
    ),
    fc.integer().map(String),
    fc.string().map((text) => JSON.stringify(text)),
  );
  const sectionName = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<string>(...sectionNames) },
    { weight: 1, arbitrary: fc.constantFrom('x', '__proto__', 'constructor') },
  );
  const keyName = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...sectionNames.flatMap((section) => Object.keys(sections[section].settings))) },
    { weight: 1, arbitrary: fc.constantFrom('x', '__proto__', 'constructor', 'strike.x') },
  );
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(keyName, value).map(([key, said]) => `${key} = ${said}`) },
    { weight: 2, arbitrary: sectionName.map((section) => `[${section}]`) },
    { weight: 1, arbitrary: fc.constantFrom('[[door]]', '# x', '', 'garbage', '[door', '=') },
  );
  const file = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));

  const wholeOrNothing = (text: string): void => {
    const config = readConfig(text);
    if (config.ok) {
      expect(config.value.line !== undefined || config.value.strike === 'relay').toBe(true);
      for (const section of sectionNames) {
        for (const [key, row] of Object.entries(sections[section].settings)) {
          const held = (config.value.settings[section] as Readonly<Record<string, unknown>>)[key];
          if (held !== undefined || row.byDefault !== undefined) expect(v.is(row.schema, held)).toBe(true);
        }
      }
    } else {
      expect(config.failure.length).toBeGreaterThan(0);
      const lines = text.split('\n').length;
      for (const error of config.failure) {
        expect(error.line === undefined || (error.line >= 1 && error.line <= lines)).toBe(true);
        expect(errorLine('f', error)).not.toMatch(/\p{Cc}/u);
      }
    }
  };

  it('gives a whole configuration or errors, for files made of settings', () => {
    fc.assert(fc.property(file, wholeOrNothing), { numRuns: 2_000 });
  });

  it('gives a whole configuration or errors, for arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), wholeOrNothing), { numRuns: 500 });
  });

  it('gives a whole configuration or errors, for the deepest nesting that fits', () => {
    for (const piece of ['[', '{a=', 'a.', '[a]\n']) wholeOrNothing(`x = ${piece.repeat(60_000 / piece.length)}`);
    wholeOrNothing(`${'a.'.repeat(30_000)}a = 1`);
    wholeOrNothing(`[${'a.'.repeat(30_000)}a]\n${least}`);
  });
});
