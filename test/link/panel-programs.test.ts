/** The strike and the buzzer of a panel against the programs they follow, millisecond by millisecond, for random commands. A failure prints its seed. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { beepPieceMs, PanelBuzzer } from '../../src/link/panel-buzzer.ts';
import { PanelStrike, panelHoldMs, renewEarlyMs } from '../../src/link/panel-strike.ts';
import { BuzzerProgram } from '../../src/osdp/buzzer-program.ts';
import { OutputTimer } from '../../src/osdp/output-timer.ts';

const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
const spanMs = 60_000;

/** Follows only when it is due, and after each command, as a caller with a timer does. The milliseconds at which it and its program differ. */
const differences = (
  random: Random,
  command: (nowMs: number) => void,
  follow: (nowMs: number) => number | undefined,
  differs: (nowMs: number) => boolean,
) => {
  const found: number[] = [];
  let dueMs: number | undefined;
  for (let nowMs = 0; nowMs < spanMs; nowMs += 1) {
    const isCommanded = random.chance(0.0005);
    if (isCommanded) command(nowMs);
    if (isCommanded || (dueMs !== undefined && nowMs >= dueMs)) dueMs = follow(nowMs);
    if (differs(nowMs)) found.push(nowMs);
  }
  return found;
};

describe('a timer that is late', () => {
  it('does not let go of an output that stays on, nor of one that a pulse runs over', () => {
    const output = new OutputTimer();
    let releasedUntilMs = 0;
    let now = 0;
    const strike = new PanelStrike({
      release: (holdMs) => {
        releasedUntilMs = now + holdMs;
      },
      secure: () => expect.fail('it stays on'),
    });
    output.set({ output: 0, action: 'permanentOn', timerMs: 0 }, now);
    output.set({ output: 0, action: 'temporaryOn', timerMs: 3_500 }, now);
    for (let dueMs: number | undefined = now; dueMs !== undefined && now < spanMs; now = dueMs + renewEarlyMs - 1) {
      expect(now === 0 || now < releasedUntilMs, `at ${now} ms`).toBe(true);
      dueMs = strike.follow(output, now) ?? expect.fail('it is seen to');
    }
  });
});

describe('random commands of a panel', () => {
  it.each(seeds)('release the strike exactly while the output is on (seed %i)', (seed) => {
    const random = new Random(seed);
    const output = new OutputTimer();
    let releasedUntilMs = 0;
    let now = 0;
    const strike = new PanelStrike({
      release: (holdMs) => {
        expect(holdMs, `seed ${seed}`).toBeGreaterThanOrEqual(1);
        expect(holdMs, `seed ${seed}`).toBeLessThanOrEqual(panelHoldMs);
        releasedUntilMs = now + holdMs;
      },
      secure: () => {
        releasedUntilMs = now;
      },
    });
    const actions = ['none', 'permanentOff', 'permanentOn', 'offAfterTimer', 'onAfterTimer', 'temporaryOn', 'temporaryOff'] as const;
    const found = differences(
      random,
      (nowMs) => output.set({ output: 0, action: random.pick(actions), timerMs: random.int(100) * 100 }, nowMs),
      (nowMs) => {
        now = nowMs;
        return strike.follow(output, nowMs);
      },
      (nowMs) => nowMs < releasedUntilMs !== output.isOnAt(nowMs),
    );
    expect(found, `seed ${seed}`).toEqual([]);
  });

  it.each(seeds)('sound the buzzer exactly while the tone is on (seed %i)', (seed) => {
    const random = new Random(seed);
    const program = new BuzzerProgram();
    let soundsUntilMs = 0;
    let now = 0;
    const buzzer = new PanelBuzzer((onMs) => {
      expect(onMs, `seed ${seed}`).toBeLessThanOrEqual(beepPieceMs);
      // The shortest beep ends another; that it is heard for a millisecond is its price.
      soundsUntilMs = onMs === 1 ? now : now + onMs;
    });
    const found = differences(
      random,
      (nowMs) =>
        program.set(
          {
            reader: 0,
            tone: random.pick(['off', 'default'] as const),
            onMs: random.between(1, 30) * 100,
            offMs: random.int(4) * 100,
            count: random.int(4),
          },
          nowMs,
        ),
      (nowMs) => {
        now = nowMs;
        return buzzer.follow(program, nowMs);
      },
      (nowMs) => nowMs < soundsUntilMs !== program.isSoundingAt(nowMs),
    );
    expect(found, `seed ${seed}`).toEqual([]);
  });
});
