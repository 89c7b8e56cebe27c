/** What the controller knows of a door's settings: asked of its reader, kept on disk, and the defaults where a reader does not tell. */
import { describe, expect, it } from 'vitest';
import { floorAt, policyOf, settingsAre, type ToldDoor } from '../../../sim/controller/told-door.ts';
import { defaultPolicy } from '../../../src/access/policy.ts';
import { Rig, rigAtRest } from './rig.ts';

const asked = (rig: Rig): number => rig.reader.heard.filter((command) => command.name === 'status' && command.page === 'rules').length;
const knows = (rig: Rig): Promise<boolean> => rig.until(() => rig.keeper.state.told?.rules !== undefined, 60_000);
const kept = async (rig: Rig): Promise<ToldDoor | undefined> => (await rig.store.site.readers())[0]?.told;

describe('the rules of a reader', () => {
  it('are asked for once a session, and again when its settings or its mode are others', async () => {
    const rig = await rigAtRest();
    expect(await knows(rig)).toBe(true);
    await rig.clock.advance(300_000);
    expect(asked(rig)).toBe(1);
    rig.reader.behaviour.saysOfDoor = { settingsHash: new Uint8Array(32).fill(7) };
    rig.reader.behaviour.saysOfRules = { windowMs: 20_000 };
    expect(await rig.until(() => rig.keeper.state.told?.rules?.windowMs === 20_000, 70_000)).toBe(true);
    expect([asked(rig), rig.keeper.state.told?.settingsHash]).toEqual([2, '07'.repeat(32)]);
    rig.reader.behaviour.saysOfDoor = { ...rig.reader.behaviour.saysOfDoor, mode: 'cardOnly' };
    expect(await rig.until(() => asked(rig) === 3, 70_000)).toBe(true);
    expect(rig.keeper.state.told).toMatchObject({ mode: 'cardOnly', rules: { windowMs: 20_000 } });
    rig.reader.restart();
    expect(await rig.until(() => asked(rig) === 4, 60_000)).toBe(true);
  });

  it('are those of its new settings after a start within seconds', async () => {
    const rig = await rigAtRest();
    await knows(rig);
    rig.reader.behaviour.saysOfDoor = { settingsHash: new Uint8Array(32).fill(9) };
    rig.reader.behaviour.saysOfRules = { duress: true };
    rig.reader.restart();
    expect(await rig.until(() => rig.keeper.state.told?.rules?.duress === true, 40_000)).toBe(true);
    expect(asked(rig)).toBe(2);
  });

  it('are kept for a controller that starts while the reader is away', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.saysOfRules = { windowMs: 25_000 };
    rig.reader.restart();
    expect(await rig.until(() => rig.keeper.state.told?.rules?.windowMs === 25_000, 60_000)).toBe(true);
    rig.reader.beSilent();
    await rig.restart();
    expect(rig.keeper.state).toMatchObject({ isOnline: false, door: undefined, told: { mode: 'cardAndPin', rules: { windowMs: 25_000 } } });
    await rig.clock.advance(5_000);
    expect(rig.keeper.state.awayMs).toBe(5_000);
  });

  it('go with new hardware in its place', async () => {
    const rig = await rigAtRest();
    await knows(rig);
    expect(await kept(rig)).toMatchObject({ rules: { windowMs: 15_000 } });
    const { id, tableKey, scbk } = rig.keeper.reader;
    await rig.store.site.replaceReader(id, { reader: new Uint8Array(16).fill(1), tableKey, scbk });
    expect(await kept(rig)).toBeUndefined();
  });

  it('are the defaults at a reader that does not know the page, and nothing else is missing', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.knowsNoRules = true;
    expect(await rig.inStep()).toBe(true);
    await rig.until(() => asked(rig) === 1);
    await rig.clock.advance(1_000);
    const { told, door } = rig.keeper.state;
    expect([told?.mode, told?.rules, door?.mode, settingsAre(told)]).toEqual(['cardAndPin', undefined, 'cardAndPin', 'defaults']);
    expect(rig.alarms).toEqual([]);
    expect(policyOf(told as ToldDoor)).toEqual({ ...defaultPolicy, mode: 'cardAndPin' });
  });

  it('that were told before stay at a reader that went back to an older program, until its settings are others', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.saysOfRules = { windowMs: 25_000 };
    rig.reader.restart();
    await rig.until(() => rig.keeper.state.told?.rules?.windowMs === 25_000, 60_000);
    rig.reader.behaviour.knowsNoRules = true;
    rig.reader.restart();
    await rig.clock.advance(60_000);
    expect(rig.keeper.state.told?.rules?.windowMs).toBe(25_000);
    rig.reader.behaviour.saysOfDoor = { settingsHash: new Uint8Array(32).fill(3) };
    await rig.clock.advance(70_000);
    expect([rig.keeper.state.told?.rules, await kept(rig)]).toEqual([
      undefined,
      { mode: 'cardAndPin', model: 'RPK40', settingsHash: '03'.repeat(32) },
    ]);
  });
});

describe('the settings that follow from what a reader told', () => {
  const rules = {
    windowMs: 20_000,
    windowTries: 2,
    interDigitMs: 4_000,
    extendedWindowMs: 40_000,
    extendedInterDigitMs: 10_000,
    door: { attempts: 10, withinMs: 0, attemptsAfterWait: 1, firstWaitMs: 60_000, longestWaitMs: 900_000, quietMs: 900_000 },
    person: { attempts: 4, withinMs: 600_000, attemptsAfterWait: 5, firstWaitMs: 300_000, longestWaitMs: 3_600_000, quietMs: 3_600_000 },
    offlineFullMs: 3_600_000,
    offlinePriorityMs: 60_000,
    duress: true,
  };
  const told: ToldDoor = { mode: 'cardAndPin', model: 'RPK40', settingsHash: '', rules };

  it('are its own', () => {
    expect(policyOf(told)).toEqual({
      ...defaultPolicy,
      mode: 'cardAndPin',
      windowMs: 20_000,
      windowTries: 2,
      interDigitMs: 4_000,
      duress: true,
      offline: { fullMs: 3_600_000, priorityMs: 60_000 },
      budget: {
        door: { ...defaultPolicy.budget.door, attempts: 10 },
        person: { ...defaultPolicy.budget.person, attempts: 4 },
      },
    });
  });

  it('give people with extended time theirs, where a card says who they are', () => {
    expect(policyOf(told, true)).toMatchObject({ windowMs: 40_000, interDigitMs: 10_000 });
    expect(policyOf({ ...told, mode: 'pinOnly' }, true)).toMatchObject({ windowMs: 20_000, interDigitMs: 4_000 });
  });

  it('have the floor of PINs of the door that is guessed at most, of those where a PIN alone opens', () => {
    const doors = { alone: { ...told, mode: 'pinOnly' }, both: told, plain: { ...told, mode: 'cardOrPin', rules: undefined } } as const;
    expect(floorAt([])).toBeUndefined();
    expect(floorAt([doors.both])).toBeUndefined();
    expect([floorAt([doors.plain]), floorAt([undefined])]).toEqual([1_000, 1_000]);
    const floor = floorAt([doors.plain, doors.alone, doors.both]);
    expect(floor).toBeGreaterThan(1_000);
    expect(floor).toBe(floorAt([doors.alone]));
  });
});
