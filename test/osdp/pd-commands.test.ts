/** What commands do to a PD, what it says by itself, and how it moves to another address or rate. */
import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../../src/osdp/commands.ts';
import { offlineMs } from '../../src/osdp/pd.ts';
import { maxOfOneKind } from '../../src/osdp/pd-device.ts';
import { credentialLifeMs, maxReports } from '../../src/osdp/pd-reports.ts';
import type { Reply } from '../../src/osdp/replies.ts';
import { bytesOf } from './bytes.ts';
import { nakIn, nakOf, noBytes, PdBench } from './pd-bench.ts';

const led = (parts: { reader?: number; led?: number; onMs?: number; onColor?: 'red' | 'cyan' } = {}) =>
  ({
    reader: parts.reader ?? 0,
    led: parts.led ?? 0,
    temporaryAction: 'none',
    temporary: { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black', timerMs: 0 },
    permanentAction: 'set',
    permanent: { onMs: parts.onMs ?? 100, offMs: 0, onColor: parts.onColor ?? 'red', offColor: 'black' },
  }) as const;
const beep = { reader: 0, tone: 'default', onMs: 200, offMs: 100, count: 0 } as const;

describe('a PD does as it is told', () => {
  it('with its lights, all records or none', () => {
    const bench = new PdBench({ description: { colors: ['red', 'green'] } }).start();
    expect(bench.clear('led', [led()]).name).toBe('ack');
    expect(bench.pd.indicators.led(0, 0).colorAt(0)).toBe('red');
    for (const wrong of [led({ reader: 1 }), led({ led: 1 }), led({ onMs: 0 }), led({ onColor: 'cyan' })]) {
      expect(nakOf(bench.clear('led', [{ ...led(), permanent: { ...led().permanent, onColor: 'green' } }, wrong]))).toBe(9);
    }
    expect(bench.pd.indicators.led(0, 0).colorAt(0)).toBe('red');
    const flash = {
      ...led(),
      permanentAction: 'none',
      temporaryAction: 'set',
      temporary: { ...led().permanent, onColor: 'green', timerMs: 500 },
    } as const;
    expect(bench.clear('led', [flash]).name).toBe('ack');
    expect(bench.pd.indicators.led(0, 0).colorAt(0)).toBe('green');
    expect(bench.told('indicators.changed')).toBe(2);
  });

  it('with its buzzer, which falls silent when the other end is gone', () => {
    const bench = new PdBench().start();
    expect(bench.clear('buz', beep).name).toBe('ack');
    expect(bench.pd.indicators.buzzer(0).isSoundingAt(0)).toBe(true);
    expect(nakOf(bench.clear('buz', { ...beep, reader: 1 }))).toBe(9);
    expect(nakOf(bench.clear('buz', { ...beep, onMs: 0 }))).toBe(9);
    bench.wait(8_000);
    expect(bench.pd.indicators.buzzer(0).nextChangeMs(bench.nowMs)).toBeUndefined();
  });

  it('with its outputs, all records or none', () => {
    const bench = new PdBench().start();
    const on = { output: 1, action: 'temporaryOn', timerMs: 500 } as const;
    expect(bench.clear('out', [on]).name).toBe('ack');
    expect(
      nakOf(
        bench.clear('out', [
          { ...on, output: 0 },
          { ...on, output: 2 },
        ]),
      ),
    ).toBe(9);
    expect(bench.clear('ostat', undefined)).toEqual({ name: 'ostatr', payload: [0, 1] });
    expect(bench.pd.indicators.output(1).nextChangeMs(0)).toBe(500);
    bench.wait(500);
    expect(bench.clear('ostat', undefined)).toEqual({ name: 'ostatr', payload: [0, 0] });
  });

  it('with its display', () => {
    const bench = new PdBench().start();
    const text = { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: 'Welcome' } as const;
    expect(bench.clear('text', text).name).toBe('ack');
    expect(bench.texts).toEqual(['Welcome']);
    expect(nakOf(bench.clear('text', { ...text, reader: 1 }))).toBe(9);
  });

  it('tells who it is and how its inputs and readers are', () => {
    const bench = new PdBench().start();
    expect(bench.clear('id', { form: 'extended' }).name).toBe('pdid');
    expect(bench.clear('istat', undefined)).toEqual({ name: 'istatr', payload: [0, 0] });
    expect(bench.clear('rstat', undefined)).toEqual({ name: 'rstatr', payload: [0] });
    expect(bench.clear('lstat', undefined)).toEqual({ name: 'lstatr', payload: { tamper: 'normal', power: 'normal' } });
  });

  it('answers NAK 3 for what it does not have, and says so in its capabilities', () => {
    const bench = new PdBench({
      files: 'none',
      description: { leds: 0, hasBuzzer: false, inputs: 0, outputs: 0, readsCards: false, text: undefined as never },
    }).start();
    for (const [code, data] of [
      [0x65, ''],
      [0x66, ''],
      [0x68, '00010000'],
      [0x69, '00'.repeat(14)],
      [0x6a, '0002010100'],
      [0x6b, '00010001010141'],
      [0x73, '00000000'],
      [0x74, '000000000000'],
      [0x7c, '01010000000000000001aa'.replace('0001aa', '000100aa')],
      [0x80, '010000'],
      [0xa1, '0001'],
      [0xa3, '5fc1020000'],
      [0xa4, '000000000000'],
      [0xa5, '000000000000'],
      [0x63, ''],
      [0x6c, ''],
      [0x6d, ''],
      [0x6f, ''],
    ] as const) {
      expect(nakIn(bench.frame(bench.encode(code, bytesOf(data)))), code.toString(16)).toBe(3);
    }
    expect(bench.clear('cap', { form: 0 })).toEqual({
      name: 'pdcap',
      payload: [
        { function: 8, level: 1, number: 0 },
        { function: 9, level: 1, number: 0 },
        { function: 10, level: 0, number: 1 },
        { function: 13, level: 0, number: 1 },
        { function: 16, level: 2, number: 0 },
      ],
    });
    expect(bench.clear('abort', undefined).name).toBe('ack');
  });

  it('says how many colours it has, and whether the default key would do', () => {
    const levels = [['red'], ['red', 'green'], ['black', 'red', 'green', 'blue']].map((colors) => {
      const bench = new PdBench({ description: { colors: colors as never, canInvertOutputs: false }, policy: { allowInstall: () => true } }).start();
      const reply = bench.clear('cap', { form: 0 });
      return reply.name === 'pdcap' && [2, 4, 9].map((code) => reply.payload.find((entry) => entry.function === code));
    });
    const outputs = { function: 2, level: 3, number: 2 };
    const security = { function: 9, level: 1, number: 1 };
    expect(levels).toEqual([2, 3, 4].map((level) => [outputs, { function: 4, level, number: 1 }, security]));
  });

  it('asks the handler of a maker, with the room its reply has', () => {
    const seen: unknown[] = [];
    const mfg = new Map([
      [
        7,
        (data: Uint8Array, room: number) => {
          seen.push([...data, room]);
          return { name: 'mfgrep', payload: { oui: 7, data: Uint8Array.of(9) } } as const;
        },
      ],
    ]);
    const bench = new PdBench({ hands: { mfg } }).start();
    expect(bench.clear('mfg', { oui: 7, data: Uint8Array.of(1, 2) })).toMatchObject({ name: 'mfgrep', payload: { oui: 7 } });
    expect(seen).toEqual([[1, 2, 120]]);
    expect(nakOf(bench.clear('mfg', { oui: 8, data: noBytes }))).toBe(3);
  });

  it('refuses a description no PD can have', () => {
    for (const wrong of [
      { leds: maxOfOneKind + 1 },
      { inputs: -1 },
      { receiveBytes: 127 },
      { receiveBytes: 1441 },
      { cuid: new Uint8Array(8) },
      { cuid: new Uint8Array(7) },
    ]) {
      expect(() => new PdBench({ description: wrong })).toThrow();
    }
  });
});

describe('files over the line', () => {
  const fragment = (offset: number, data: Uint8Array) => ({ type: 1, totalBytes: 4, offset, fragmentBytes: data.length, data });

  it('are answered, and a repeated fragment is taken once', () => {
    const bench = new PdBench().start();
    const first = bench.encode(0x7c, encodeCommand('filetransfer', fragment(0, bytesOf('0102'))));
    expect(bench.raw(first)).toEqual(bench.raw(first));
    expect(bench.clear('filetransfer', fragment(2, bytesOf('0304')))).toMatchObject({ name: 'ftstat', payload: { status: 1 } });
    expect(bench.sink.bytes).toEqual([1, 2, 3, 4]);
  });

  it('end with ABORT, with the session they began in, and with the line', () => {
    const ends: readonly ((bench: PdBench) => unknown)[] = [
      (bench) => bench.secure('abort', undefined),
      (bench) => bench.start(),
      (bench) => bench.handshake(),
      (bench) => bench.wait(8_000),
    ];
    for (const end of ends) {
      const bench = PdBench.keyed();
      bench.handshake();
      bench.secure('filetransfer', fragment(0, bytesOf('0102')));
      end(bench);
      expect(bench.sink.story.at(-1)).toBe('abort');
    }
  });
});

describe('what a PD says by itself', () => {
  const key = (digit: string) => ({ name: 'keypad', payload: { reader: 0, keys: bytesOf(digit) } }) as const;

  it('goes up one for each POLL, first in, first out', () => {
    const bench = new PdBench().start();
    for (const digit of ['31', '32']) bench.pd.report(key(digit), bench.nowMs);
    expect([bench.poll(), bench.poll(), bench.poll().name]).toEqual(
      [key('31'), key('32'), 'ack'].map((said) => (said === 'ack' ? said : expect.objectContaining({ name: 'keypad' }))),
    );
  });

  it('is never a key or a card older than a second', () => {
    const bench = new PdBench().start();
    for (const digit of ['31', '32']) bench.pd.report(key(digit), digit === '31' ? 0 : 1);
    bench.pd.report({ name: 'rstatr', payload: [0] }, 0);
    bench.wait(credentialLifeMs + 1);
    expect([bench.poll().name, bench.poll().name]).toEqual(['keypad', 'rstatr']);
    expect(bench.events).toContainEqual({ type: 'report.dropped', reason: 'stale', name: 'keypad' });
  });

  it('fails whoever says it where it cannot be written, and no POLL later', () => {
    const bench = new PdBench().start();
    const card = { bitCount: 26, bits: bytesOf('5a') };
    expect(() => bench.pd.report({ name: 'raw', payload: { reader: 0, format: 'unspecified', card } }, 0)).toThrow('card data has the bytes');
    expect([bench.pd.waitingReports, bench.poll().name]).toEqual([0, 'ack']);
  });

  it('of a status that changed is how it stands then, each once, in the order in which they changed', () => {
    let tamper: 'normal' | 'tampered' = 'tampered';
    const bench = new PdBench({ hands: { localStatus: () => ({ tamper, power: 'normal' }), inputs: () => [0, 1] } }).start();
    for (let at = 0; at < 3; at += 1) for (const name of ['istatr', 'lstatr'] as const) bench.pd.statusChanged(name);
    tamper = 'normal';
    expect([bench.poll(), bench.poll(), bench.poll().name]).toEqual([
      { name: 'istatr', payload: [0, 1] },
      { name: 'lstatr', payload: { tamper: 'normal', power: 'normal' } },
      'ack',
    ]);
  });

  it('of a status that changed is for whoever is there, and for nobody who comes later', () => {
    const bench = new PdBench();
    bench.pd.statusChanged('lstatr');
    bench.start();
    expect(bench.poll().name).toBe('ack');
    bench.pd.statusChanged('lstatr');
    bench.wait(offlineMs);
    bench.start();
    expect(bench.poll().name).toBe('ack');
  });

  it('in a session begins with what is urgent, and of the rest no status comes twice in a row', () => {
    const said = (data: number) => ({ name: 'mfgrep', payload: { oui: 1, data: Uint8Array.of(data) } }) as const;
    const urgent = [said(1)];
    const bench = PdBench.keyed({ hands: { urgentReport: () => urgent.shift(), nextReport: () => said(2) } });
    bench.handshake();
    bench.pd.report({ name: 'rstatr', payload: [0] }, bench.nowMs);
    const polled: Reply[] = [];
    for (let at = 0; at < 6; at += 1) {
      bench.pd.statusChanged('lstatr');
      polled.push(bench.secure('poll', undefined));
    }
    expect(polled.map((reply) => (reply.name === 'mfgrep' ? reply.payload.data[0] : reply.name))).toEqual([1, 'rstatr', 'lstatr', 2, 'lstatr', 2]);
  });

  it('waits in a queue with an end', () => {
    const bench = new PdBench().start();
    for (let at = 0; at < maxReports; at += 1) expect(bench.pd.report({ name: 'rstatr', payload: [0] }, 0)).toBe(true);
    expect(bench.pd.report(key('31'), 0)).toBe(false);
    expect(bench.pd.waitingReports).toBe(maxReports);
    expect(bench.events).toContainEqual({ type: 'report.dropped', reason: 'full', name: 'keypad' });
  });
});
