/** `sim run` as people and build servers use it: what it prints, what it writes, and with which code it ends. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../sim/scenarios/diff.ts';
import { maxFiles } from '../../sim/scenarios/find-files.ts';
import { junitXml } from '../../sim/scenarios/junit.ts';
import { runStories, StoryPlace, storyOf } from './scenario-place.ts';

const at = new StoryPlace();

const granted = `type 0417#
expect
     0.400 event access.granted Ann by=pin mode=pinOnly
     0.400 strike released
     0.400 signal granted`;
const late = granted.replaceAll('0.400', '0.500');

describe('a run of stories', () => {
  it('ends with 0 when every door did as told, and names the stories', async () => {
    at.write('home.toml', storyOf(granted));
    const { code, out, err } = await runStories([at.path]);
    expect([code, err]).toEqual([0, '']);
    expect(at.clean(out)).toBe('as told  home.toml: Ann comes home\n1 story: 1 as told (1.5 s)\n');
  });

  it('ends with 1 when a story differs, and shows where, line by line', async () => {
    const file = at.write('home.toml', storyOf(`${granted}\nexpect light red\nexpect sound beep\nwait 5`));
    const { code, out } = await runStories([file]);
    expect(code).toBe(1);
    expect(at.clean(out)).toMatchInlineSnapshot(`
      "DIFFERS  home.toml: Ann comes home
        home.toml:13: expect light red
          - red
          + green
        home.toml:16: the end, with this not expected by anything
          + 5.400 strike secured
      1 story: 0 as told, 1 differs (1.5 s)
      "
    `);
  });

  it('says what was expected and did not come, and what came instead', async () => {
    const { out } = await runStories([at.write('home.toml', storyOf(late.replace('     0.500 signal granted', '     0.400 signal granted')))]);
    expect(at.clean(out)).toContain(`  home.toml:9: expect
    - 0.500 event access.granted Ann by=pin mode=pinOnly
    - 0.500 strike released
    + 0.400 event access.granted Ann by=pin mode=pinOnly
    + 0.400 strike released
      0.400 signal granted
`);
  });

  it('ends with 2 when a file is wrong, and plays the others all the same', async () => {
    const good = at.write('good.toml', storyOf(granted));
    const bad = at.write('bad.toml', storyOf('tpye 0417#'));
    const { code, out, err } = await runStories([bad, good]);
    expect(code).toBe(2);
    expect(at.clean(err)).toMatch(/^bad\.toml:8:1: There is no verb "tpye"; did you mean type\? Allowed: type, burst, /);
    expect(at.clean(out)).toContain('as told  good.toml');
    expect(out).toContain('2 stories: 1 as told, 1 wrong');
  });

  it('ends with 2 when there is nothing to run, and says of what', async () => {
    mkdirSync(join(at.path, 'empty'));
    const { code, out, err } = await runStories([join(at.path, 'none.toml'), join(at.path, 'empty'), join(at.path, '*.story')]);
    expect([code, out]).toEqual([2, '']);
    expect(at.clean(err)).toBe(
      'none.toml: There is no such file.\nempty: There is no story (*.toml) in this directory.\n*.story: No file fits this pattern.\n',
    );
  });

  it('takes files, directories and patterns, and plays each story once', async () => {
    for (const name of ['b.toml', 'a.toml', 'deep/er/c.toml']) at.write(name, storyOf(granted));
    at.write('notes.txt', 'no story');
    const { out } = await runStories([join(at.path, 'b.toml'), `${at.path}/`, join(at.path, '[ab].toml')]);
    expect(at.clean(out).match(/\S+\.toml/g)).toEqual(['b.toml', 'a.toml', 'deep/er/c.toml']);
  });

  it('plays no more than so many stories at once', async () => {
    for (let story = 0; story <= maxFiles; story += 1) at.write(`${story}.toml`, '');
    expect(await runStories([at.path])).toEqual({ code: 2, out: '', err: `${maxFiles + 1} stories are more than the ${maxFiles} of one run.\n` });
  });

  it('says nothing of stories that are as told when it is to be quiet', async () => {
    at.write('home.toml', storyOf(granted));
    at.write('late.toml', storyOf(late));
    const { out } = await runStories([at.path], { quiet: true });
    expect(at.clean(out)).toMatch(/^DIFFERS {2}late\.toml/);
    expect(at.clean(out)).not.toContain('home.toml');
  });

  it('refuses a file that is no text, and one that is too large', async () => {
    const binary = at.write('binary.toml', Uint8Array.of(0xff, 0xfe, 0x00));
    const large = at.write('large.toml', '#'.repeat(300_000));
    const { code, err } = await runStories([binary, large]);
    expect(code).toBe(2);
    expect(at.clean(err)).toBe('binary.toml: The file is not UTF-8 text.\nlarge.toml: The file is larger than 262144 bytes.\n');
  });

  it('says at which step a door could not go on', async () => {
    const file = at.write('home.toml', storyOf('strike silent\nwait 1\nrestart\nexpect'));
    const { code, out } = await runStories([file]);
    expect(code).toBe(1);
    expect(at.clean(out)).toContain('home.toml:10: restart\n    This could not be done: it never ends, because something does not answer\n');
  });
});

describe('a run that updates', () => {
  it('writes what the door did and leaves everything else as it was', async () => {
    const before = storyOf(`${late}\n\n# She comes in.\nwait 10\nexpect\nexpect light red\nexpect sound low`);
    const file = at.write('home.toml', before);
    const { code, out } = await runStories([file], { update: true });
    expect([code, at.clean(out)]).toEqual([0, 'updated  home.toml: Ann comes home\n1 story: 0 as told, 1 updated (1.5 s)\n']);
    const after = `${granted}\n\n# She comes in.\nwait 10\nexpect\n     5.400 strike secured\nexpect light blue\nexpect sound none`;
    expect(at.read('home.toml')).toBe(storyOf(after));
    expect(await runStories([file])).toMatchObject({ code: 0 });
  });

  it('does not touch a file whose story is as told', async () => {
    const loose = storyOf(granted.replaceAll(/^ +/gm, '\t'));
    const file = at.write('home.toml', loose);
    expect(await runStories([file], { update: true })).toMatchObject({ code: 0 });
    expect(at.read('home.toml')).toBe(loose);
  });

  it('adds an expectation for what nothing expected at the end', async () => {
    const file = at.write('home.toml', storyOf('rex\nleaf open'));
    await runStories([file], { update: true });
    expect(at.read('home.toml')).toBe(storyOf('rex\nleaf open\nexpect\n     0.000 event rex.pressed'));
  });

  it('keeps the line ends of the file', async () => {
    const file = at.write('home.toml', storyOf('rex\nexpect').replaceAll('\n', '\r\n'));
    await runStories([file], { update: true });
    expect(at.read('home.toml')).toBe(storyOf('rex\nexpect\n     0.000 event rex.pressed').replaceAll('\n', '\r\n'));
    expect(await runStories([file])).toMatchObject({ code: 0 });
  });

  it('leaves a story alone whose door could not go on', async () => {
    const before = storyOf('expect light green\nstrike silent\norder release');
    const file = at.write('home.toml', before);
    expect(await runStories([file], { update: true })).toMatchObject({ code: 1 });
    expect(at.read('home.toml')).toBe(before);
  });

  it('says so when the file cannot be written', async () => {
    const file = at.write('home.toml', storyOf('rex'));
    const { code, err } = await runStories([file], { junit: join(file, 'report.xml') });
    expect(code).toBe(2);
    expect(at.clean(err)).toMatch(/^home\.toml\/report\.xml: The file cannot be written: E[A-Z]+\.\n$/);
  });
});

describe('the JUnit report', () => {
  it('names every story, what differs in it, and which file was wrong', async () => {
    at.write('a.toml', storyOf(granted));
    at.write('b.toml', storyOf(granted.replace('signal granted', 'signal <denied>')));
    at.write('c.toml', storyOf('tpye 1'));
    const { code } = await runStories([at.path], { junit: join(at.path, 'out', 'report.xml') });
    expect(code).toBe(2);
    expect(at.clean(at.read('out/report.xml')).replace(/ Allowed: .*\./, '')).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="3" failures="1" errors="1" time="1.500">
        <testsuite name="doorpad stories" tests="3" failures="1" errors="1" time="1.500">
          <testcase classname="a.toml" name="Ann comes home" file="a.toml" time="0.500"/>
          <testcase classname="b.toml" name="Ann comes home" file="b.toml" time="0.500">
            <failure message="1 of its expectations differ">  b.toml:9: expect
            0.400 event access.granted Ann by=pin mode=pinOnly
            0.400 strike released
          - 0.400 signal &lt;denied&gt;
          + 0.400 signal granted
      </failure>
          </testcase>
          <testcase classname="c.toml" name="c.toml" file="c.toml" time="0.500">
            <error message="the file is wrong">c.toml:8:1: There is no verb &quot;tpye&quot;; did you mean type?</error>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('holds nothing that XML cannot hold', () => {
    const xml = junitXml([{ file: 'a&"b".toml', name: 'bell \u0007, half \ud800, <tag>', tookMs: 1 }]);
    expect(xml).toContain('classname="a&amp;&quot;b&quot;.toml" name="bell ?, half \ufffd, &lt;tag&gt;"');
  });
});

describe('lines side by side', () => {
  it('keep what both have, in order', () => {
    expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual(['  a', '- b', '+ x', '  c', '+ d']);
    expect(diffLines([], [])).toEqual([]);
  });

  it('are not aligned when there are too many', () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `${index}`);
    expect(diffLines(many, ['0'])).toHaveLength(2_002);
  });
});
