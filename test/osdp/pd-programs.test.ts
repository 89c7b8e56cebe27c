/** What lights, buzzer and outputs do with the records they are given, and what a file is told. */
import { describe, expect, it } from 'vitest';
import { BuzzerProgram, type BuzzerRecord } from '../../src/osdp/buzzer-program.ts';
import { type FileFragment, FileReceiver } from '../../src/osdp/file-receiver.ts';
import { isLedRecordSound, LedProgram, type LedRecord } from '../../src/osdp/led-program.ts';
import { type OutputRecord, OutputTimer } from '../../src/osdp/output-timer.ts';
import { fileStatus } from '../../src/osdp/records.ts';
import { MemorySink, noBytes } from './pd-bench.ts';

const still = { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black' } as const;
const record = (parts: Partial<LedRecord>): LedRecord => ({
  reader: 0,
  led: 0,
  temporaryAction: 'none',
  temporary: { ...still, timerMs: 0 },
  permanentAction: 'none',
  permanent: still,
  ...parts,
});
const permanent = (onMs: number, offMs: number): LedRecord =>
  record({ permanentAction: 'set', permanent: { onMs, offMs, onColor: 'red', offColor: 'black' } });
const temporary = (onMs: number, offMs: number, timerMs: number): LedRecord =>
  record({ temporaryAction: 'set', temporary: { onMs, offMs, onColor: 'green', offColor: 'amber', timerMs } });

/** What a program shows from one change to the next, until nothing more changes or 2 s are over. */
const story = (at: (ms: number) => unknown, next: (ms: number) => number | undefined, from = 0): string => {
  const parts: string[] = [];
  for (let ms: number | undefined = from; ms !== undefined && ms < 2_000; ms = next(ms)) parts.push(`${ms} ${String(at(ms))}`);
  return parts.join(', ');
};
const ledStory = (led: LedProgram, from = 0): string =>
  story(
    (ms) => led.colorAt(ms),
    (ms) => led.nextChangeMs(ms),
    from,
  );

describe('a light', () => {
  it('is dark until told otherwise, then steady or blinking', () => {
    const led = new LedProgram();
    expect(ledStory(led)).toBe('0 black');
    led.set(permanent(100, 0), 0);
    expect(ledStory(led)).toBe('0 red');
    led.set(permanent(0, 100), 0);
    expect(ledStory(led)).toBe('0 black');
    led.set(permanent(300, 500), 50);
    expect(ledStory(led, 50)).toBe('50 red, 350 black, 850 red, 1150 black, 1650 red, 1950 black');
  });

  it('shows a temporary program for its time, then the permanent one that went on beneath', () => {
    const led = new LedProgram();
    led.set(permanent(100, 0), 0);
    led.set(temporary(200, 200, 500), 0);
    expect(ledStory(led)).toBe('0 green, 200 amber, 400 green, 500 red');
    led.set(temporary(100, 0, 700), 0);
    led.set(record({ permanentAction: 'set', permanent: { ...still, onMs: 100, onColor: 'blue' } }), 0);
    expect(ledStory(led)).toBe('0 green, 700 blue');
    led.set(record({ temporaryAction: 'cancel' }), 100);
    expect(led.colorAt(100)).toBe('blue');
  });

  it('shows nothing of a temporary program without a time', () => {
    const led = new LedProgram();
    led.set(temporary(100, 0, 0), 0);
    expect(ledStory(led)).toBe('0 black');
  });

  it('refuses a program that is neither on nor off', () => {
    expect([permanent(0, 0), temporary(0, 0, 100), permanent(1, 0), temporary(0, 1, 1), record({})].map(isLedRecordSound)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('a buzzer', () => {
  const tone = (parts: Partial<BuzzerRecord>): string => {
    const buzzer = new BuzzerProgram();
    buzzer.set({ reader: 0, tone: 'default', onMs: 200, offMs: 100, count: 2, ...parts }, 0);
    return story(
      (ms) => (buzzer.isSoundingAt(ms) ? 'on' : 'off'),
      (ms) => buzzer.nextChangeMs(ms),
    );
  };

  it('sounds as often as it is told', () => {
    expect(tone({})).toBe('0 on, 200 off, 300 on, 500 off, 600 off');
    expect(tone({ offMs: 0, count: 3 })).toBe('0 on, 600 off');
    expect(tone({ offMs: 0, count: 0 })).toBe('0 on');
    expect(tone({ onMs: 900, offMs: 900, count: 0 })).toBe('0 on, 900 off, 1800 on');
    expect(tone({ tone: 'off' })).toBe('0 off');
    expect(tone({ tone: 'none' })).toBe('0 off');
  });

  it('is silent before the first word and when silenced', () => {
    const buzzer = new BuzzerProgram();
    expect(buzzer.isSoundingAt(0)).toBe(false);
    buzzer.set({ reader: 0, tone: 'default', onMs: 100, offMs: 100, count: 0 }, 0);
    buzzer.silence();
    expect([buzzer.isSoundingAt(0), buzzer.nextChangeMs(0)]).toEqual([false, undefined]);
  });
});

describe('an output', () => {
  const outputStory = (...actions: readonly (readonly [OutputRecord['action'], number])[]): string => {
    const output = new OutputTimer();
    for (const [action, timerMs] of actions) output.set({ output: 0, action, timerMs }, 0);
    return story(
      (ms) => (output.isOnAt(ms) ? 'on' : 'off'),
      (ms) => output.nextChangeMs(ms),
    );
  };

  it('follows permanent and temporary actions', () => {
    expect(outputStory()).toBe('0 off');
    expect(outputStory(['permanentOn', 0], ['none', 0])).toBe('0 on');
    expect(outputStory(['temporaryOn', 500])).toBe('0 on, 500 off');
    expect(outputStory(['permanentOn', 0], ['temporaryOff', 500])).toBe('0 off, 500 on');
    expect(outputStory(['temporaryOn', 500], ['onAfterTimer', 0])).toBe('0 on, 500 on');
    expect(outputStory(['temporaryOn', 500], ['offAfterTimer', 0])).toBe('0 on, 500 off');
    expect(outputStory(['temporaryOn', 500], ['permanentOff', 0])).toBe('0 off');
    expect(outputStory(['temporaryOn', 0])).toBe('0 off');
  });
});

describe('a file', () => {
  const received = (): { sink: MemorySink; send: (offset: number, data: Uint8Array, other?: Partial<FileFragment>) => number } => {
    const sink = new MemorySink();
    const receiver = new FileReceiver(sink, { mayInterleave: true, maxMessageBytes: 0 });
    return {
      sink,
      send: (offset, data, other = {}) => receiver.receive({ type: 1, totalBytes: 5, offset, fragmentBytes: data.length, data, ...other }).status,
    };
  };
  const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

  it('is taken fragment by fragment, each once, and done with the last', () => {
    const { sink, send } = received();
    expect([send(0, bytes(1, 2)), send(2, noBytes), send(2, bytes(3, 4)), send(4, bytes(5))]).toEqual([0, 0, 0, fileStatus.processed]);
    expect(sink.bytes).toEqual([1, 2, 3, 4, 5]);
    expect(sink.story).toEqual(['begin 1 5 at 0', '2 at 0', '2 at 2', '1 at 4', 'finish']);
  });

  it('may take its time at the end', () => {
    const { sink, send } = received();
    sink.finishing = [{ status: 'finishing' }, { status: 'finishing' }, { status: 'rebooting' }];
    expect([send(0, bytes(1, 2, 3, 4, 5)), send(5, noBytes), send(5, noBytes)]).toEqual([3, 3, 2]);
    expect(send(5, noBytes)).toBe(fileStatus.malformed);
  });

  it('is refused with a fragment of another length, out of order, or beyond its end, and then is over', () => {
    for (const wrong of [
      { fragmentBytes: 3 },
      { offset: 3 },
      { offset: 1 },
      { offset: 4 },
      { totalBytes: 3, offset: 2 },
      { type: 2 },
    ] satisfies Partial<FileFragment>[]) {
      const { sink, send } = received();
      send(0, bytes(1, 2));
      expect(send(2, bytes(3, 4), wrong)).toBe(fileStatus.malformed);
      expect(sink.story.at(-1)).toBe('abort');
      expect(sink.bytes).toEqual([1, 2]);
      expect(send(2, bytes(3, 4))).toBe(fileStatus.malformed);
    }
  });

  it('begins anew at 0, and goes on where the sink allows', () => {
    const { sink, send } = received();
    send(0, bytes(9, 9));
    expect(send(0, bytes(1, 2))).toBe(0);
    expect(sink.story).toEqual(['begin 1 5 at 0', '2 at 0', 'abort', 'begin 1 5 at 0', '2 at 0']);
    const cut = received();
    cut.sink.bytes = [1, 2, 3];
    cut.sink.resumeAt = 3;
    expect(cut.send(3, bytes(4, 5))).toBe(fileStatus.processed);
    expect(cut.sink.bytes).toEqual([1, 2, 3, 4, 5]);
    expect(received().send(3, bytes(4, 5))).toBe(fileStatus.malformed);
  });

  it('is refused by its sink at once or in the middle', () => {
    const { sink, send } = received();
    sink.beginning = { status: 'unrecognised' };
    expect(send(0, bytes(1))).toBe(fileStatus.unrecognised);
    sink.beginning = { status: 'goOn' };
    sink.writing = { status: 'aborted' };
    expect([send(0, bytes(1)), send(1, bytes(2))]).toEqual([fileStatus.aborted, fileStatus.malformed]);
    expect(sink.story).not.toContain('abort');
  });

  it('may be empty, and may begin with a keep-alive', () => {
    const { send } = received();
    expect(send(0, noBytes, { totalBytes: 0 })).toBe(fileStatus.processed);
    expect([send(0, noBytes), send(0, bytes(1))]).toEqual([0, 0]);
  });

  it('is cancelled by all zero', () => {
    const { sink, send } = received();
    send(0, bytes(1));
    expect(send(0, noBytes, { type: 0, totalBytes: 0 })).toBe(fileStatus.aborted);
    expect(sink.story.at(-1)).toBe('abort');
  });

  it('tells its sender to wait, to interleave and how long a message may be', () => {
    const sink = new MemorySink();
    sink.writing = { status: 'goOn', delayMs: 250 };
    const receiver = new FileReceiver(sink, { mayInterleave: false, maxMessageBytes: 512 });
    expect(receiver.receive({ type: 1, totalBytes: 2, offset: 0, fragmentBytes: 1, data: bytes(1) })).toEqual({
      action: { mayInterleave: false, leaveSecureChannel: false, pollWaiting: false },
      delayMs: 250,
      status: 0,
      maxMessageBytes: 512,
    });
    expect(receiver.isReceiving).toBe(true);
  });
});
