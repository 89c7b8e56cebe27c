/**
 * What the public list of SIA OSDP Verified asks of the PD, command by command and reply by reply: bytes in, bytes out, in clear and in a
 * session. What it asks of frames, sequence, sizes and keys is in pd-verified.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf } from './bytes.ts';
import { type BenchOptions, nakIn, PdBench } from './pd-bench.ts';
import { taken } from './secure-pair.ts';

/** Sends a code and its data; gives those of the one reply. */
type Say = (command: string) => string;

const split = (command: string): readonly [number, Uint8Array] => {
  const bytes = bytesOf(command);
  return [bytes[0] ?? 0, bytes.subarray(1)];
};
const shown = (code: number, data: Uint8Array): string => hexOf(Uint8Array.of(code, ...data));
const plain = (hex: string): string => hex.replaceAll(' ', '');

/** Plays the same with a PD in clear and with one in a session. */
const bothWays = (options: BenchOptions, play: (say: Say, bench: PdBench) => void): void => {
  const clear = new PdBench(options).start();
  play((command) => {
    const { code, data } = clear.frame(clear.encode(...split(command)));
    return shown(code, data);
  }, clear);
  const keyed = PdBench.keyed(options);
  expect(keyed.handshake()).toBe(0x78);
  play((command) => {
    const frame = keyed.frame(keyed.sealed(...split(command)));
    return shown(frame.code, frame.mac === undefined ? frame.data : taken(keyed.acu.open(frame)));
  }, keyed);
};

/** The reply to a command, both ways. */
const answers = (command: string, reply: string, options: BenchOptions = {}): void =>
  bothWays(options, (say) => expect(say(command), command).toBe(plain(reply)));

/** The reply to a POLL after the PD was given something to say, both ways. */
const reports = (report: Parameters<PdBench['pd']['report']>[0], reply: string): void =>
  bothWays({}, (say, bench) => {
    bench.pd.report(report, bench.nowMs);
    expect([say('60'), say('60')]).toEqual([plain(reply), '40']);
  });

const ledOf = (color: number, on = 1): string => `69 00 00 00 00 00 00 00 0000 01 0${on} 00 0${color} 00`;
const colorNames = ['black', 'red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white'] as const;

describe('SIA OSDP Verified, PD: status', () => {
  it('060-02-01, 070-02-01: acknowledges POLL when it has nothing to say', () => answers('60', '40'));
  it('060-02-02: says its local status at a POLL when that changes', () =>
    reports({ name: 'lstatr', payload: { tamper: 'tampered', power: 'normal' } }, '48 01 00'));
  it('060-05-01, 070-06-01: answers LSTAT with its local status', () => answers('64', '48 00 00'));
  it('070-06-02, 070-06-03: says tamper and power failure, and when they are over', () => {
    let status: { tamper: 'normal' | 'tampered'; power: 'normal' | 'failed' } = { tamper: 'normal', power: 'normal' };
    bothWays({ hands: { localStatus: () => status } }, (say) => {
      status = { tamper: 'tampered', power: 'normal' };
      expect(say('64')).toBe('480100');
      status = { tamper: 'normal', power: 'failed' };
      expect(say('64')).toBe('480001');
      status = { tamper: 'normal', power: 'normal' };
      expect(say('64')).toBe('480000');
    });
  });
  it('060-06-01, 070-07-01: answers ISTAT with one byte for each input', () => answers('65', '49 00 01', { hands: { inputs: () => [0, 1] } }));
  it('060-07-01, 070-08-01: answers OSTAT with one byte for each output', () => answers('66', '4a 00 00'));
  it('060-08-01, 070-09-01: answers RSTAT with one byte for each reader', () => answers('67', '4b 02', { hands: { readers: () => [2] } }));
  it('070-02-02: says the state of its outputs at a POLL when that changes', () => reports({ name: 'ostatr', payload: [1, 0] }, '4a 01 00'));
});

describe('SIA OSDP Verified, PD: who it is', () => {
  it('060-03-01, 070-04-01: answers ID with its identity, in 12 bytes', () => answers('61 00', '45 0c1b2a 28 0b 11223344 01 02 03'));
  it('070-04-02: refuses an ID of a form nobody knows, and one too long', () => {
    answers('61 02', '41 09');
    answers('61 0000', '41 02');
  });
  it('answers ID of the extended form in words, and says that it can', () => {
    const extended = [
      { tag: 'maker', text: 'Ünlü' },
      { tag: 'firmware', text: '1.2.3' },
      { tag: 'firmware', text: 'boot 7' },
    ] as const;
    bothWays({ description: { extended } }, (say) => {
      expect(say('61 01')).toBe(plain('59 1a00 0000 1a00 00 0600 c39c6e6cc3bc 03 0500 312e322e33 03 0600 626f6f742037'));
      expect(say('61 00').slice(0, 2)).toBe('45');
      expect(say('62 00')).toMatch(/110100$/);
    });
    const longest = (length: number): BenchOptions => ({ description: { extended: [{ tag: 'url', text: 'x'.repeat(length) }] } });
    answers('61 01', `59 6900 0000 6900 05 6600 ${'78'.repeat(102)}`, longest(102));
    expect(() => new PdBench(longest(103))).toThrow();
  });
  it('060-04-01, 070-05-01 to 070-05-17: answers CAP with what it has, and nothing of what it has not', () =>
    // Of smart cards, combined messages, time, biometrics and PIN entry it has none.
    answers('62 00', '46 010102 020402 030100 040401 050201 060101 080100 090100 0a0001 0d0001 100200'));
});

describe('SIA OSDP Verified, PD: outputs', () => {
  it('060-09-01: does OUT, and says so', () =>
    bothWays({}, (say) => {
      expect([say('68 00 02 0000'), say('66')]).toEqual(['40', '4a0100']);
      expect([say('68 01 05 0500'), say('66')]).toEqual(['40', '4a0101']);
      expect([say('68 00 01 0000'), say('66')]).toEqual(['40', '4a0001']);
    }));
  it('060-10-01 to 060-10-09: shows each of the eight colours', () =>
    bothWays({}, (say, bench) => {
      for (const [number, name] of colorNames.entries()) {
        expect(say(ledOf(number))).toBe('40');
        expect(bench.pd.indicators.led(0, 0).colorAt(bench.nowMs)).toBe(name);
      }
      expect(say(ledOf(8))).toBe('4109');
    }));
  it('060-11-01: sounds its buzzer as often as BUZ says', () =>
    bothWays({}, (say, bench) => {
      expect(say('6a 00 02 02 01 02')).toBe('40');
      const buzzer = bench.pd.indicators.buzzer(0);
      expect([0, 199, 200, 300, 499, 500].map((ms) => buzzer.isSoundingAt(bench.nowMs + ms))).toEqual([true, true, false, true, true, false]);
      expect(say('6a 00 01 00 00 00')).toBe('40');
      expect(buzzer.isSoundingAt(bench.nowMs)).toBe(false);
    }));
  it('060-12-01: shows the TEXT it is given', () =>
    bothWays({}, (say, bench) => {
      expect(say('6b 00 01 00 01 01 05 48656c6c6f')).toBe('40');
      expect(bench.texts).toEqual(['Hello']);
    }));
});

describe('SIA OSDP Verified, PD: settings and files', () => {
  it('060-13-01, 070-13-01: answers COMSET with what will be in force, and goes there', () => {
    bothWays({}, (say, bench) => {
      expect(say('6e 05 00c20100')).toBe('540500c20100');
      expect(bench.pd.lineSettings).toEqual({ address: 5, baudRate: 115_200 });
    });
  });
  it('060-20-01: takes ACURXSIZE, but none below the 128 bytes that every ACU takes', () => {
    answers('7b a005', '40');
    answers('7b 7f00', '41 09');
  });
  it('060-21-01: takes KEEPACTIVE', () => answers('a7 e803', '40'));
  it('060-22-01: takes ABORT, with a file under way and without', () =>
    bothWays({}, (say, bench) => {
      expect([say('a2'), bench.sink.story]).toEqual(['40', []]);
      say('7c 01 04000000 00000000 0200 0102');
      expect([say('a2'), bench.sink.story.at(-1)]).toEqual(['40', 'abort']);
    }));
  it('060-26-01, 070-25-01: takes a file in fragments, and answers each with FTSTAT', () =>
    bothWays({}, (say, bench) => {
      expect(say('7c 01 04000000 00000000 0200 0102')).toBe(plain('7a 01 0000 0000 0000'));
      expect(say('7c 01 04000000 02000000 0200 0304')).toBe(plain('7a 01 0000 0100 0000'));
      expect(bench.sink.bytes).toEqual([1, 2, 3, 4]);
    }));
  it('070-25-02, 070-25-03: asks for time before the second fragment, and after the last one', () =>
    bothWays({}, (say, bench) => {
      bench.sink.writing = { status: 'goOn', delayMs: 500 };
      bench.sink.finishing = [{ status: 'finishing', delayMs: 1_000 }];
      expect(say('7c 01 02000000 00000000 0100 01')).toBe(plain('7a 01 f401 0000 0000'));
      expect(say('7c 01 02000000 01000000 0100 02')).toBe(plain('7a 01 e803 0300 0000'));
      expect(say('7c 01 02000000 02000000 0000')).toBe(plain('7a 01 0000 0100 0000'));
    }));
});

describe('SIA OSDP Verified, PD: what a maker adds', () => {
  it.each([
    ['070-18-01: with MFGREP', { name: 'mfgrep', payload: { oui: 0x030201, data: Uint8Array.of(9) } }, '90 010203 09'],
    ['070-23-01: with MFGSTATR', { name: 'mfgstatr', payload: { data: Uint8Array.of(7, 8) } }, '83 07 08'],
    ['070-24-01: with MFGERRR', { name: 'mfgerrr', payload: { data: Uint8Array.of(6) } }, '84 06'],
    ['060-19-01: with ACK', { name: 'ack', payload: undefined }, '40'],
  ] as const)('answers MFG %s', (_, answer, reply) => {
    const asked: string[] = [];
    const heard = (data: Uint8Array) => {
      asked.push(hexOf(data));
      return answer;
    };
    const mfg = new Map([[0x030201, heard]]);
    answers('80 010203 aabb', reply, { hands: { mfg } });
    expect(asked).toEqual(['aabb', 'aabb']);
    answers('80 010204 aabb', '41 03', { hands: { mfg } });
  });
  it('070-19-01: is BUSY when it is not ready, and answers the same command later', () => {
    let isReady = false;
    const mfg = new Map([[1, () => (isReady ? ({ name: 'ack', payload: undefined } as const) : ('busy' as const))]]);
    bothWays({ hands: { mfg } }, (say, bench) => {
      isReady = false;
      expect(say('80 010000')).toBe('79');
      isReady = true;
      bench.sequence -= 1;
      expect(say('80 010000')).toBe('40');
    });
  });
});

describe('SIA OSDP Verified, PD: cards and keys', () => {
  const card = (bitCount: number, bits: string, format: 'unspecified' | 'wiegand' = 'unspecified') =>
    ({ name: 'raw', payload: { reader: 0, format, card: { bitCount, bits: bytesOf(bits) } } }) as const;

  it('070-10-01, 070-10-02, 070-10-03: sends a card of 26 bits, as Wiegand with parity or as it was read', () => {
    reports(card(26, '8048d140', 'wiegand'), '50 00 01 1a00 8048d140');
    reports(card(26, '8048d140'), '50 00 00 1a00 8048d140');
  });
  it('070-10-04, 070-10-05, 070-10-06: sends a FASC-N of 200, 128 and 75 bits', () => {
    const bits = 'd1a5c3e7'.repeat(8);
    reports(card(200, bits.slice(0, 50)), `50 00 00 c800 ${bits.slice(0, 50)}`);
    reports(card(128, bits.slice(0, 32)), `50 00 00 8000 ${bits.slice(0, 32)}`);
    reports(card(75, 'd1a5c3e7d1a5c3e7d1a0'), '50 00 00 4b00 d1a5c3e7d1a5c3e7d1a0');
  });
  it('070-12-01: sends keys as they are typed', () =>
    reports({ name: 'keypad', payload: { reader: 0, keys: bytesOf('31 32 33 34 0d') } }, '53 00 05 31323334 0d'));
});

describe('SIA OSDP Verified, PD: what it does not have', () => {
  it('060-14-01, 060-15-01: refuses BIOREAD and BIOMATCH, whatever type and format, as unknown', () => {
    for (const type of ['00', '01', '0f', 'ff']) {
      for (const format of ['00', '02', 'ff']) {
        answers(`73 00 ${type} ${format} 50`, '41 03');
        answers(`74 00 ${type} ${format} 50 0200 aabb`, '41 03');
      }
    }
  });
  it('060-23-01: refuses PIVDATA as unknown', () => answers('a3 5fc102 00 00', '41 03'));
  it('060-24-01, 060-24-02, 060-25-01, 060-25-02: refuses GENAUTH and CRAUTH as unknown, also after a card', () =>
    bothWays({}, (say, bench) => {
      bench.pd.report({ name: 'raw', payload: { reader: 0, format: 'unspecified', card: { bitCount: 8, bits: bytesOf('5a') } } }, bench.nowMs);
      expect(say('60')).toBe('50000008005a');
      expect([say('a4 0400 0000 0400 0703 aabbccdd'), say('a5 0400 0000 0400 0703 aabbccdd')]).toEqual(['4103', '4103']);
    }));
  it('060-27-01: refuses XWR as unknown', () => answers('a1 01 01 00', '41 03'));
  it('050-10-01: takes no message in parts: the commands that come so are unknown to it', () => {
    for (const code of ['a4', 'a5']) answers(`${code} 0a00 0000 0200 0102`, '41 03');
  });
});

describe('SIA OSDP Verified, PD: refusals', () => {
  it('070-03-01, 070-03-02, 070-03-05: refuses a command of a wrong length with NAK 2', () => {
    answers('60 00', '41 02');
    answers('6a 00 02 02 01', '41 02');
    answers('69 00', '41 02');
  });
  it('070-03-06, 050-09-10: refuses every code that is no command with NAK 3', () => {
    const commands = new Set(bytesOf('606162 6465666768696a6b 6e 7374757677 7b7c80 a1a2a3a4a5a7'));
    bothWays({}, (say) => {
      for (let code = 0; code < 256; code += 1) if (!commands.has(code)) expect(say(hexOf(Uint8Array.of(code))), `${code}`).toBe('4103');
    });
  });
  it('070-03-12: refuses a record it cannot do with NAK 9', () => {
    answers(ledOf(1, 0), '41 09');
    answers('69 00 05 00 00 00 00 00 0000 01 01 00 01 00', '41 09');
    answers('68 07 02 0000', '41 09');
  });
  it('070-03-03, 070-03-10, 070-03-11, 070-03-13: never says NAK 0, 7, 8 or 0xff, whatever it is sent', () => {
    for (let code = 0; code < 256; code += 1) {
      for (const length of [0, 1, 4, 14, 18]) {
        const bench = new PdBench().start();
        expect([0, 7, 8, 0xff], `${code}`).not.toContain(nakIn(bench.frame(bench.encode(code, new Uint8Array(length).fill(1)))));
      }
    }
  });
});
