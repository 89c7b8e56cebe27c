/** Orders, clocks, releases and keys: what the controller tells a reader besides tables. */
import { describe, expect, it } from 'vitest';
import { maxReleaseWaitMs } from '../../../sim/controller/order-desk.ts';
import { doneWithinMs, maxWaitingFiles } from '../../../sim/controller/private-commands.ts';
import { SimStrike } from '../../../sim/devices/strike.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { headerBytes, readHeader } from '../../../src/table/header.ts';
import { answerOf, crypto, Rig, rigAtRest, taken } from './rig.ts';

/** Of each order that came, in seconds from this moment by the controller's clock. */
const expiries = (rig: Rig): readonly number[] => {
  const starts = rig.reader.heard.flatMap((command) => (command.name === 'filePart' && command.offset === 0 ? [command] : []));
  return starts.map(({ tag, totalBytes }) => {
    const file = new Uint8Array(totalBytes);
    for (const command of rig.reader.heard) if (command.name === 'filePart' && command.tag === tag) file.set(command.data, command.offset);
    const trust = { authority: rig.place.authority, site: rig.place.site, reader: new Uint8Array(16).fill(0xc1) };
    return Math.round(taken(readHeader(crypto, trust, file.subarray(0, headerBytes))).expiresS - rig.clock.wall().ms / 1_000);
  });
};

describe('orders', () => {
  it('are obeyed once, with numbers that rise', async () => {
    const rig = await rigAtRest();
    expect(await answerOf(rig, rig.keeper.order({ kind: 'setMode', mode: 'unlocked' }))).toBe('done');
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('done');
    expect([rig.reader.obeyed, rig.reader.orderNumber]).toEqual([[{ kind: 'setMode', mode: 'unlocked' }, { kind: 'release' }], 2]);
  });

  it('have a number that is on disk before they are sent', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesFiles = 'expired';
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('expired');
    rig.reader.behaviour.refusesFiles = undefined;
    await rig.restart();
    await rig.inStep();
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('done');
    expect(rig.reader.orderNumber).toBe(2);
  });

  it('are never sent to a reader that is away, nor after it has come back', async () => {
    const rig = await rigAtRest();
    rig.reader.beSilent();
    await rig.until(() => !rig.keeper.state.isOnline);
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('offline');
    rig.reader.beSilent(false);
    await rig.inStep();
    await rig.clock.advance(10_000);
    expect(rig.reader.obeyed).toEqual([]);
  });

  it('are lost, and not repeated, when the reader goes before it has answered', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.neverDone = true;
    const asked = rig.keeper.order({ kind: 'release' });
    await rig.until(() => rig.reader.obeyed.length === 1);
    rig.reader.restart();
    const beganMs = rig.clock.nowMs();
    expect(await answerOf(rig, asked)).toBe('lost');
    expect(rig.clock.nowMs() - beganMs).toBeLessThan(doneWithinMs / 2);
    rig.reader.behaviour.neverDone = false;
    await rig.clock.advance(30_000);
    expect(rig.reader.obeyed.length).toBe(1);
  });

  it('are lost when no word comes in time', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.neverDone = true;
    const asked = rig.keeper.order({ kind: 'release' });
    let answer: string | undefined;
    void asked.then((given) => {
      answer = given;
    });
    await rig.clock.advance(doneWithinMs - 1_000);
    expect(answer).toBeUndefined();
    await rig.clock.advance(2_000);
    expect(answer).toBe('lost');
  });

  it('are answered by a reader that is late', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.doneAfterMs = 10_000;
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('done');
  });

  it('given all at once are all obeyed, one after the other', async () => {
    const rig = await rigAtRest();
    const answers = await answerOf(rig, Promise.all(Array.from({ length: 10 }, () => rig.keeper.order({ kind: 'release' }))));
    expect([answers, rig.reader.orderNumber]).toEqual([new Array(10).fill('done'), 10]);
  });

  it('expire a minute from now by our clock, however far ahead the reader says its own runs', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.saysOfJournal = { wallMs: rig.clock.wall().ms + 3_650 * 86_400_000, isWallTrusted: true };
    await rig.inStep();
    await answerOf(rig, rig.keeper.order({ kind: 'release' }));
    expect(Math.max(...expiries(rig))).toBeLessThanOrEqual(60);
  });

  it('are signed when they have their turn, and a release that waited too long for it is not sent', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.doneAfterMs = 2 * maxReleaseWaitMs;
    const answers = Promise.all([
      rig.keeper.order({ kind: 'setMode', mode: 'unlocked' }),
      rig.keeper.order({ kind: 'release' }),
      rig.keeper.order({ kind: 'setMode', mode: 'locked' }),
    ]);
    await rig.until(() => rig.reader.obeyed.length === 2, 15_000);
    expect(expiries(rig).at(-1)).toBeGreaterThanOrEqual(59);
    expect(await answerOf(rig, answers)).toEqual(['done', 'expired', 'done']);
    expect([rig.reader.obeyed.map(({ kind }) => kind), rig.reader.orderNumber]).toEqual([['setMode', 'setMode'], 2]);
  });

  it('that would wait behind too many are refused', async () => {
    const rig = await rigAtRest();
    const asked = Array.from({ length: maxWaitingFiles + 2 }, () => rig.keeper.order({ kind: 'enrol' }));
    expect(await asked.at(-1)).toBe('tooMany');
    const answers = await answerOf(rig, Promise.all(asked));
    expect(answers?.filter((answer) => answer === 'done').length).toBe(maxWaitingFiles + 1);
  });

  it('are not needed for what narrows access', async () => {
    const rig = await rigAtRest();
    expect(await answerOf(rig, rig.keeper.tighten('locked'))).toBe('done');
    expect(await answerOf(rig, rig.keeper.tighten('unlocked'))).toBe('notStricter');
    expect(rig.reader.orderNumber).toBe(0);
  });
});

describe('private commands', () => {
  it('that a reader has no room for are answered at once', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.hasTooMuchToDo = true;
    const beganMs = rig.clock.nowMs();
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('tooMany');
    expect(rig.clock.nowMs() - beganMs).toBeLessThan(200);
  });

  it('that a reader does not know are refused, and nothing waits for them', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.knowsNoCommands = true;
    expect(await answerOf(rig, rig.keeper.tighten('locked'))).toBe('refused');
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('refused');
  });
});

describe('a release by the controller', () => {
  const request = { name: 'release', id: 7, holdMs: 5_000, epoch: '0'.repeat(16), sequence: 1, person: 1 } as const;
  const withStrike = async (): Promise<{ rig: Rig; strike: SimStrike }> => {
    let strike: SimStrike | undefined;
    const rig = await rigAtRest({
      strike: (clock) => {
        strike = new SimStrike(clock);
        return strike;
      },
    });
    return { rig, strike: strike as SimStrike };
  };
  const released = (rig: Rig): readonly (boolean | undefined)[] =>
    rig.reader.heard.filter(({ name }) => name === 'released').map((command) => (command.name === 'released' ? command.isReleased : undefined));

  it('is answered before anything else, within a poll', async () => {
    const { rig, strike } = await withStrike();
    rig.reader.say(request);
    expect(await rig.until(() => released(rig).length === 1, 150)).toBe(true);
    expect([released(rig), strike.isEnergised]).toEqual([[true], true]);
    await rig.clock.advance(5_000);
    expect(strike.isEnergised).toBe(false);
  });

  it('is done once for each request', async () => {
    const { rig, strike } = await withStrike();
    rig.reader.say(request);
    rig.reader.say(request);
    await rig.clock.advance(1_000);
    expect([strike.releases.entries.length, released(rig)]).toEqual([1, [true]]);
  });

  it.each(['failing', 'silent'] as const)('is answered with no when the strike is %s', async (condition) => {
    const { rig, strike } = await withStrike();
    strike.become(condition);
    rig.reader.say(request);
    expect(await rig.until(() => released(rig).length === 1, 2_000)).toBe(true);
    expect([released(rig), rig.alarms]).toEqual([[false], ['strike.failed']]);
  });

  it('is answered with no where no strike hangs', async () => {
    const rig = await rigAtRest();
    rig.reader.say(request);
    expect(await rig.until(() => released(rig).length === 1, 1_000)).toBe(true);
    expect(released(rig)).toEqual([false]);
  });

  it('is answered with no when nobody knows how old it is', async () => {
    let strike: SimStrike | undefined;
    const rig = await rigAtRest({
      pollIntervalMs: 3_000,
      strike: (clock) => {
        strike = new SimStrike(clock);
        return strike;
      },
    });
    await rig.clock.advance(10_000);
    rig.reader.say(request);
    expect(await rig.until(() => released(rig).length === 1, 10_000)).toBe(true);
    expect([released(rig), strike?.releases.entries.length]).toEqual([[false], 0]);
  });

  it('is answered with no when the strike is late, which is secured as soon as it answers', async () => {
    const calls: string[] = [];
    const rig = await rigAtRest({
      strike: (clock) => ({
        release: () => {
          calls.push('release');
          return new Promise((resolve) => {
            clock.setTimeout(resolve, 3_000);
          });
        },
        secure: () => {
          calls.push('secure');
          return Promise.reject(new Fault('strike.failed', 'The strike does not answer.'));
        },
      }),
    });
    rig.reader.say(request);
    expect(await rig.until(() => released(rig).length === 1, 2_000)).toBe(true);
    expect([released(rig), calls]).toEqual([[false], ['release']]);
    await rig.clock.advance(3_000);
    expect([calls, rig.alarms]).toEqual([['release', 'secure'], ['strike.failed']]);
  });

  it('is taken back when its confirmation did not come through', async () => {
    let goAway = (): void => undefined;
    let coil: SimStrike | undefined;
    const rig = await rigAtRest({
      strike: (clock) => {
        const strike = new SimStrike(clock);
        coil = strike;
        return {
          release: (holdMs) => {
            goAway();
            return strike.release(holdMs);
          },
          secure: () => strike.secure(),
        };
      },
    });
    goAway = () => rig.reader.beSilent();
    rig.reader.say({ ...request, holdMs: 60_000 });
    expect(await rig.until(() => coil?.isEnergised === true, 500)).toBe(true);
    expect(await rig.until(() => coil?.isEnergised === false, 10_000)).toBe(true);
    expect(released(rig)).toEqual([]);
  });
});

describe('a release that the reader has given up', () => {
  it('is taken back when the reader refuses its confirmation', async () => {
    let strike: SimStrike | undefined;
    const rig = await rigAtRest({
      strike: (clock) => {
        strike = new SimStrike(clock);
        return strike;
      },
    });
    rig.reader.behaviour.refusesConfirmations = true;
    rig.reader.say({ name: 'release', id: 7, holdMs: 60_000, epoch: '0'.repeat(16), sequence: 1, person: 1 });
    const turns = (): readonly boolean[] => strike?.changes.entries.map(({ isEnergised }) => isEnergised) ?? [];
    await rig.until(() => turns().length === 2, 500);
    expect(turns()).toEqual([true, false]);
  });
});

describe('the key of a line', () => {
  const newKey = (): SecretBytes => new SecretBytes(crypto.sha256(Uint8Array.of(77)).subarray(0, 16));

  it('is changed with both on disk until the new one has proven itself', async () => {
    const rig = await rigAtRest();
    taken(await rig.controller.changeScbk(1, newKey()));
    expect((await rig.store.site.readers())[0]?.pendingScbk?.reveal()).toEqual(newKey().reveal());
    expect(await rig.controller.changeScbk(1, newKey())).toEqual({ ok: false, failure: 'changeUnderWay' });
    expect(await rig.until(async () => (await rig.store.site.readers())[0]?.pendingScbk === undefined)).toBe(true);
    expect((await rig.store.site.readers())[0]?.scbk.reveal()).toEqual(newKey().reveal());
    expect(await rig.inStep()).toBe(true);
    await rig.restart();
    expect(await rig.inStep()).toBe(true);
  });

  it('is refused when weak, for a reader that is away, and for none', async () => {
    const rig = await rigAtRest();
    expect(await rig.controller.changeScbk(1, new SecretBytes(new Uint8Array(16)))).toEqual({ ok: false, failure: 'weakKey' });
    expect(await rig.controller.changeScbk(9, newKey())).toEqual({ ok: false, failure: 'unknownPd' });
    rig.reader.beSilent();
    await rig.until(() => !rig.keeper.state.isOnline);
    expect(await rig.controller.changeScbk(1, newKey())).toEqual({ ok: false, failure: 'offline' });
    expect((await rig.store.site.readers())[0]?.pendingScbk).toBeUndefined();
  });

  it('that the reader does not have is an alarm once a minute, and nothing is sent', async () => {
    const rig = await Rig.open();
    rig.reader.keys = { current: newKey(), pending: undefined };
    rig.reader.restart();
    await rig.clock.advance(150_000);
    expect(rig.alarms.every((alarm) => alarm === 'line.wrongKey' || alarm === 'line.noSecureChannel')).toBe(true);
    expect(rig.alarms.filter((alarm) => alarm === 'line.wrongKey').length).toBeLessThanOrEqual(3);
    expect([rig.alarms.length > 0, rig.reader.heard, rig.keeper.state.isOnline]).toEqual([true, [], false]);
  });
});
