/** `doorpad doctor` and `doorpad wipe` as people run them: what is printed, with which code they end, and when they refuse. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../src/main/terminal.ts';
import { exitCodes } from '../../src/main.ts';
import { takeRunLock } from '../../src/store/run-lock.ts';
import { type Ran, Workplace } from '../tools/workplace.ts';

const at = new Workplace();
const terminal = (...answers: readonly Asked[]) => {
  const left = [...answers];
  const ask = () => Promise.resolve(left.shift() ?? ('nobody' as const));
  return { terminal: { isOutShown: true, isErrShown: true, ask, askUnseen: ask } };
};

describe('doorpad doctor', () => {
  const doctor = (...more: readonly string[]): Promise<Ran> => at.run(['doctor', '--config', at.configFile, ...more], terminal());

  it('says what is wrong, each with what to do, and ends with code 1', async () => {
    const { code, out } = await doctor();
    expect(code).toBe(exitCodes.refused);
    expect(out).toContain('! strike       /sys/class/leds/doorpad:strike is not there (ENOENT): plug it in,');
    expect(out).toMatch(/\nSomething is wrong: strike, lights, buzzer, keypad, cardReader, keys/);
    expect(existsSync(at.dataDir)).toBe(false);
  });

  it('prints one object a check for programs', async () => {
    const { out } = await doctor('--json');
    const checks = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { check: string; result: string });
    expect(checks[0]).toMatchObject({ check: 'strike', result: 'wrong', findings: [{ weight: 'wrong' }] });
    expect(checks.every(({ result }) => ['good', 'note', 'wrong', 'absent'].includes(result))).toBe(true);
  });

  it('takes wrong settings for what they are', async () => {
    at.write('doorpad.toml', '');
    expect((await doctor()).code).toBe(exitCodes.settings);
  });

  it('ends with the question that was ended', async () => {
    const asked = terminal('gaveUp', { typed: 'yes' });
    const { code, out, err } = await at.run(['doctor', '--press', '--strike', '--config', at.configFile], asked);
    expect([code, err]).toEqual([exitCodes.refused, expect.stringContaining('It was ended at a question')]);
    expect(out).toContain('Nobody said whether it was right.');
    expect(out).not.toContain('Listen');
  });

  it('lets nobody press or release anything beside a door that runs, and looks all the same', async () => {
    mkdirSync(at.dataDir, { mode: 0o700 });
    const letGo = takeRunLock(at.dataDir);
    expect(await doctor('--strike')).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining('The door runs: stop it first') });
    expect((await doctor()).out).toContain('Something is wrong');
    letGo?.();
    const { out } = await doctor('--strike');
    expect(out).toContain('nobody said yes');
  });
});

describe('doorpad wipe', () => {
  const wipe = (more: readonly string[], ...answers: readonly Asked[]): Promise<Ran> =>
    at.run(['wipe', '--config', at.configFile, '--last-good', at.lastGood, ...more], terminal(...answers));
  const eventsFile = (): string => join(at.place, 'events.jsonl');

  it('writes the events, asks for the name, destroys the keys and then the rest', async () => {
    await at.importPeople('person,pin\n1,041733\n');
    writeFileSync(at.lastGood, 'settings');
    const { code, out } = await wipe(['--events', eventsFile()], { typed: 'Gate' });
    expect(code).toBe(exitCodes.done);
    expect(out).toContain('The keys are gone');
    expect(statSync(eventsFile()).mode & 0o777).toBe(0o600);
    expect(readdirSync(at.dataDir)).toEqual(['run.lock']);
    expect([readFileSync(at.lastGood, 'utf8'), existsSync(at.configFile)]).toEqual(['settings', true]);
  });

  it('resets to what the factory left, without being asked', async () => {
    await at.importPeople('person,pin\n1,041733\n');
    writeFileSync(at.lastGood, 'settings');
    expect((await wipe(['--without-events', '--reset', '--reader', 'Gate'])).code).toBe(exitCodes.done);
    expect(existsSync(at.lastGood)).toBe(false);
  });

  it.each([
    ['of another reader', ['--without-events'], { typed: 'Gaet' }, 'That is not the name of this reader.'],
    ['given up', ['--without-events'], 'gaveUp', 'That is not the name of this reader.'],
    ['of nobody', ['--without-events'], 'nobody', 'say --reader NAME'],
    ['said wrong', ['--without-events', '--reader', 'x'], 'nobody', 'That is not the name of this reader.'],
  ] as const)('changes nothing for a name %s', async (_, more, answer, sentence) => {
    await at.importPeople('person,pin\n1,041733\n');
    expect(await wipe(more, answer)).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining(sentence) });
    expect(existsSync(join(at.dataDir, 'keys'))).toBe(true);
  });

  it('wants to know where the events go, to a new file that stays', async () => {
    expect((await wipe(['--without-events', '--reader', 'Gate'])).err).toContain('There is nothing to wipe');
    await at.importPeople('person,pin\n1,041733\n');
    expect((await wipe(['--reader', 'Gate'])).code).toBe(exitCodes.usage);
    expect((await wipe(['--reader', 'Gate', '--events', join(at.dataDir, 'e')])).err).toContain('name a place outside');
    expect((await wipe(['--reader', 'Gate', '--events', at.configFile])).err).toContain('name a new file');
    expect(existsSync(join(at.dataDir, 'keys'))).toBe(true);
  });

  it('refuses while the door runs', async () => {
    await at.importPeople('person,pin\n1,041733\n');
    const letGo = takeRunLock(at.dataDir);
    expect((await wipe(['--without-events', '--reader', 'Gate'])).err).toContain('The door runs: stop it first');
    letGo?.();
  });
});
