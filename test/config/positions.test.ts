/** Where keys stand in a settings file, for every way TOML has of writing them. */
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { positionsIn } from '../../src/config/positions.ts';

const at = (text: string, ...path: string[]): string => {
  const place = positionsIn(text).find(path);
  return place === undefined ? 'nowhere' : `${place.line}:${place.column}`;
};

describe('positions of keys', () => {
  it.each([
    ['a key under a table', '[door]\nstrike = 1\n', '2:1'],
    ['an indented key', '[door]\n  strike = 1\n', '2:3'],
    ['a key after comments and empty lines', '# door\n\n[door] # strike = 1\n# strike = 2\n\nstrike = 1', '6:1'],
    ['carriage returns', '[door]\r\n\r\nstrike = 1\r\n', '3:1'],
    ['a byte order mark', '\uFEFF[door]\nstrike = 1', '2:1'],
    ['a dotted key', 'door.strike = 1\n', '1:6'],
    ['a dotted key with spaces', 'door . strike = 1\n', '1:8'],
    ['a quoted key', '[door]\n"strike" = 1\n', '2:1'],
    ['a literal key', "[door]\n'strike' = 1\n", '2:1'],
    ['an escaped key', '[door]\n"\\u0073trik\\x65" = 1\n', '2:1'],
    ['a quoted table', '[ "door" ]\nstrike = 1\n', '2:1'],
    ['an inline table', 'door = { rex = "a,{}#", strike = 1 }\n', '1:25'],
    ['an inline table over several lines', 'door = {\n  rex = 1, # strike = 2\n  strike = 1,\n}\n', '3:3'],
    ['an array of tables', '[[door]]\nstrike = 1\n', '2:1'],
    ['the first of two', '[[door]]\nstrike = 1\n[[door]]\nstrike = 2', '2:1'],
    ['a deeper table', '[door.strike.more]\nx = 1', '1:7'],
    ['after a multi-line string that looks like settings', 'x = """\n[door]\nstrike = 1 \\" ""\n"""""\n[door]\nstrike = 1\n', '6:1'],
    ['after a multi-line literal that looks like settings', "x = '''\n[door]\nstrike = 1\n''''\n[door]\nstrike = 1\n", '6:1'],
    ['after an empty multi-line string', 'x = """"""\n[door]\nstrike = 1', '3:1'],
    ['after strings with brackets and hashes', 'x = "[#\\"" # "\ny = \'[#\'\n[door]\nstrike = 1\n', '4:1'],
    ['after a list over several lines', 'x = [ # [door]\n  [1, 2],\n  { strike = 1 }, "]",\n]\n[door]\nstrike = 1', '6:1'],
    ['after dates and numbers', 'x = 1979-05-27 07:32:00Z\ny = 0xDEAD_beef\nz = -1.5e3\n[door]\nstrike = 1', '5:1'],
    ['after empty lists and tables', 'x = []\ny = {}\nz = [{}, []]\n[door]\nstrike = 1', '5:1'],
  ])('finds %s', (_, text, place) => {
    parse(text);
    expect(at(text, 'door', 'strike')).toBe(place);
  });

  it('gives a missing key the place of its section', () => {
    expect(at('\n[door]\nrex = 1\n', 'door', 'strike')).toBe('2:2');
  });

  it('says nothing of a section that is not there', () => {
    expect(at('[door]\nrex = 1\n', 'log', 'level')).toBe('nowhere');
  });

  it('finds a deep key under its first two parts', () => {
    expect(at('[a]\nb.c.d.e = 1\n', 'a', 'b', 'c')).toBe('2:1');
  });

  it('finds each key of every file it generated', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b-1', '_'),
      fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__'),
    );
    const value = fc.constantFrom(
      '1',
      '"#"',
      "'['",
      '"""\nx = 1\n"""',
      "'''\n[a]\n'''",
      '[\n1, # ]\n2]',
      '{ x = 1, y = { z = "}" } }',
      '1979-05-27',
      'true',
    );
    const entries = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 8 });
    const quoted = (name: string): string =>
      `"${name.replaceAll(/[\\"\p{C}]/gu, (letter) => `\\U${(letter.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`)}"`;
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, entries), { selector: ([name]) => name, maxLength: 5 }), (tables) => {
        const expected: [string[], number][] = [];
        let text = '';
        const nextLine = (): number => text.split('\n').length;
        for (const [table, pairs] of tables) {
          expected.push([[table], nextLine()]);
          text += `[${quoted(table)}] # ] "\n`;
          for (const [name, written] of pairs) {
            expected.push([[table, name], nextLine()]);
            text += `${quoted(name)} = ${written}\n`;
          }
        }
        const wellFormed = [...text].every((letter) => !/\p{Cs}/u.test(letter));
        fc.pre(wellFormed);
        parse(text);
        const positions = positionsIn(text);
        for (const [path, line] of expected) expect(positions.find(path)?.line).toBe(line);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and always ends, whatever the text', () => {
    const piece = fc.constantFrom('[', ']', '{', '}', '"', "'", '"""', "'''", '#', '\n', '=', '.', ',', 'a', '\\', ' ', '1');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          positionsIn(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads the longest files of each awkward shape without growing slow or deep', () => {
    for (const piece of ['[', '{', '"', "'", '"""', 'a.', 'a=1\n', '[a]\n', 'x={', '\\', '""', '#\n']) {
      const text = piece.repeat(65_536 / piece.length);
      positionsIn(`x = ${text}`);
    }
  });
});
