/** The installer's commands on a real pair of terminals: a reader at one end, the program at the other. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PtyPair } from '../../sim/line/pty.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { exitCodes } from '../../src/main.ts';
import { encodeFrame } from '../../src/osdp/frame.ts';
import { osdpcapLine } from '../../src/osdp/osdpcap.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { captureText } from '../osdp/captured.ts';
import { PdBench } from '../osdp/pd-bench.ts';
import { type Ran, Workplace } from '../tools/workplace.ts';

const at = new Workplace();
const clock = new NodeClock();
const neverAsked = (): Promise<never> => new Promise(() => undefined);
const run = (argv: readonly string[], stopAsked: () => Promise<void> = neverAsked): Promise<Ran> =>
  at.run([...argv, '--config', at.configFile], { stopAsked });

let folder: string;
let cable: PtyPair;
let reader: Subscription | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorpad-cable-'));
  cable = new PtyPair(folder);
  await cable.plugIn();
});
afterEach(async () => {
  reader?.stop();
  reader = undefined;
  await cable.unplug();
  rmSync(folder, { recursive: true, force: true });
});

/** A reader at the far end, at address 1. */
const plugReader = async (): Promise<SerialLink> => {
  const link = new SerialLink({ path: cable.far, baudRate: 9_600, clock });
  const bench = new PdBench();
  const { promise, resolve } = Promise.withResolvers<void>();
  reader = link.listen({
    received: (bytes, atMs) => {
      bench.nowMs = atMs;
      for (const reply of bench.raw(bytes)) link.send(reply);
    },
    attached: (isAttached) => {
      if (isAttached) resolve();
    },
  });
  await promise;
  return link;
};

describe('doorpad find', () => {
  it('finds a reader on a real line', async () => {
    await plugReader();
    const { code, out, err } = await run(['find', '--port', cable.near, '--baud', '9600', '--addresses', '0-1']);
    expect(code).toBe(0);
    expect(err).toBe('Listening at 9600 baud …\nCalling everybody at 9600 baud …\nAsking each address at 9600 baud …\n');
    expect(out).toBe(
      'Reader at address 1, 9600 baud: maker 0C-1B-2A, model 40, version 11, serial 44332211, firmware 1.2.3. It speaks without a key.\n',
    );
  });

  it('says when nothing is there, shows how far it is, and ends with code 1', async () => {
    const terminal = {
      isOutShown: true,
      isErrShown: true,
      ask: () => Promise.resolve('nobody' as const),
      askUnseen: () => Promise.resolve('nobody' as const),
    };
    const found = await at.run(['find', '--port', cable.near, '--baud', '9600', '--addresses', '5', '--config', at.configFile], {
      stopAsked: neverAsked,
      terminal,
    });
    expect(found).toMatchObject({ code: exitCodes.refused, out: expect.stringContaining('No reader was found.') });
    expect(found.err).toContain('Asking address 5 at 9600 baud …');
  });

  it('says when the port has no rates, and looks at the first one only', async () => {
    await plugReader();
    const { code, out } = await run(['find', '--port', cable.near, '--baud', '9600,38400', '--addresses', '0-1']);
    expect([code, out.match(/Reader at address 1/g)?.length]).toEqual([0, 1]);
    expect(out).toContain('The port answers alike at every rate, as a pty does: only 9600 baud was searched.\n');
  });

  it('says what it has found when it is stopped', async () => {
    await plugReader();
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const err: string[] = [];
    const terminal = {
      isOutShown: true,
      isErrShown: true,
      ask: () => Promise.resolve('nobody' as const),
      askUnseen: () => Promise.resolve('nobody' as const),
    };
    const ran = await at.run(['find', '--port', cable.near, '--baud', '9600', '--addresses', '0-5', '--config', at.configFile], {
      stopAsked: () => stopped,
      terminal,
      err: (text) => {
        err.push(text);
        if (text.includes('Asking address 3')) resolve();
      },
    });
    expect(ran.code).toBe(exitCodes.refused);
    expect(err.join('')).toMatch(/Stopped before the end\.\nFound until then:\nReader at address 1, 9600 baud: .*\n$/);
  });

  it('ends at once when it is stopped', async () => {
    expect(await run(['find', '--port', cable.near], () => immediate())).toEqual({
      code: exitCodes.refused,
      out: '',
      err: 'Stopped before the end.\n',
    });
  });

  it('says when the port cannot be used, or none is named', async () => {
    expect(await run(['find', '--port', join(folder, 'nothing')])).toEqual({
      code: exitCodes.refused,
      out: '',
      err: `${join(folder, 'nothing')}: the serial port is not there.\n`,
    });
    expect(await run(['find'])).toMatchObject({ code: exitCodes.usage, err: `Say --port PATH: ${at.configFile} names no line.\n` });
    at.write('doorpad.toml', '');
    expect(await run(['find'])).toMatchObject({ code: exitCodes.usage, err: expect.stringContaining('there are no settings that name a line') });
  });

  it.each([
    ['--baud', '9600,300'],
    ['--addresses', '127'],
    ['--addresses', '7-3'],
    ['--addresses', '1-2-3'],
    ['--addresses', 'x'],
  ])('refuses %s %s', async (option, value) => {
    expect((await run(['find', '--port', cable.near, option, value])).code).toBe(exitCodes.usage);
  });
});

describe('doorpad line-test', () => {
  it('judges a real line, with the port and address of the settings', async () => {
    await plugReader();
    at.write('doorpad.toml', `${readFileSync(at.configFile, 'utf8')}[line]\nport = "${cable.near}"\naddress = 1\n`);
    const { code, out } = await run(['line-test', '--questions', '20']);
    // What a busy machine answers late is no fault of the line: how lateness is judged, test/tools/line-test.test.ts shows in virtual time.
    const [, late = ''] = /^9600 baud: 20 questions, 0 lost, 0 damaged, (\d+) late\. Half of the answers began within \d+\.\d ms, /.exec(out) ?? [];
    expect({ late, code, isGood: out.includes(' Good: ') }).toEqual(
      late === '0' ? { late, code: 0, isGood: true } : { late, code: 1, isGood: false },
    );
    expect(late).toMatch(/^\d+$/);
  });

  it.each([
    [[], 38_400, exitCodes.done],
    [['--baud', '9600'], 9_600, exitCodes.done],
    // Nobody is there.
    [['--address', '3'], 38_400, exitCodes.refused],
  ])('takes from the settings what is not said by hand: %j', async (said, baudRate, code) => {
    await plugReader();
    at.write('doorpad.toml', `${readFileSync(at.configFile, 'utf8')}[line]\nport = "/dev/nothing"\naddress = 1\nbaudRate = 38400\n`);
    const tested = await run(['line-test', '--port', cable.near, '--questions', '2', ...said]);
    expect(tested).toMatchObject({ code, out: expect.stringMatching(new RegExp(`^${baudRate} baud: 2 questions`)), err: '' });
  });

  it('needs an address, and a number of questions', async () => {
    const nobody = `Say --address N: which reader to ask. Without it, ${at.configFile} would have to say line.address.\n`;
    expect(await run(['line-test', '--port', cable.near])).toMatchObject({ code: exitCodes.usage, err: nobody });
    at.write('wrong.toml', '');
    expect(await at.run(['line-test', '--port', cable.near, '--config', join(at.place, 'wrong.toml')])).toMatchObject({
      code: exitCodes.usage,
      err: expect.stringContaining('is not in order (doorpad check says why): nothing was taken from it.'),
    });
    for (const questions of ['0', '1000001', 'x']) {
      expect((await run(['line-test', '--port', cable.near, '--address', '1', '--questions', questions])).code).toBe(exitCodes.usage);
    }
    expect((await run(['line-test', '--port', cable.near, '--address', '127'])).code).toBe(exitCodes.usage);
  });
});

describe('doorpad listen', () => {
  const poll = encodeFrame({ address: 7, isReply: false, sequence: 1, check: 'crc16', security: undefined, code: 0x60, data: new Uint8Array() });

  /** Somebody polls from the far end until it is heard. */
  const speaking = async (heard: Promise<void>): Promise<void> => {
    const link = new SerialLink({ path: cable.far, baudRate: 9_600, clock });
    reader = link.listen({ received: () => undefined, attached: () => undefined });
    let timer: unknown;
    const again = (): void => {
      link.send(poll);
      timer = clock.setTimeout(again, 20);
    };
    again();
    await heard;
    clock.clearTimeout(timer);
  };

  it('hears a real line, keeps what it heard in a private file, and reads it back', async () => {
    const kept = join(folder, 'line.osdpcap');
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const out: string[] = [];
    const listening = at.run(['listen', '--port', cable.near, '--write', kept, '--config', at.configFile], {
      stopAsked: () => heard,
      out: (text) => {
        out.push(text);
        resolve();
      },
    });
    await speaking(heard);
    const { code, err } = await listening;
    expect(code).toBe(0);
    expect(out[0]).toMatch(/^ +\d+\.\d{3} s {2}to {5}7 {2}#1 {2}poll\n$/);
    expect(err).toContain('keep it private');
    expect(err).toMatch(new RegExp(`\\d+ frames? heard\\. They are in ${kept}\\.\n$`));
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await run(['listen', kept])).out).toContain('     0.000 s  to     7  #1  poll\n');
    const copy = join(folder, 'copy.osdpcap');
    expect((await run(['listen', kept, '--write', copy])).code).toBe(0);
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(kept, 'utf8'));
    expect((await run(['listen', kept, '--write', copy])).err).toBe(`${copy} is there already: name a new file.\n`);
    expect(await run(['listen', '--port', cable.near, '--write', kept])).toMatchObject({
      code: exitCodes.refused,
      err: `${kept} is there already: name a new file.\n`,
    });
    expect((await run(['listen', '--port', cable.near, '--write', join(folder, 'no', 'such')])).err).toContain(
      'cannot be written: it is not there, or the directory it is to be in (ENOENT)',
    );
  });

  it('plays a recording with its own keys, masked', async () => {
    const capture = at.write('sample.jsonl', captureText('sc_scbk'));
    const { code, out } = await run(['listen', capture]);
    expect(code).toBe(0);
    expect(out).toMatch(/keypad: \d keys? \[secure\]/);
    expect((await run(['listen', capture, '--reveal'])).out).toMatch(/keypad: \d+#? \[secure\]/);
    const [first = ''] = (await run(['listen', capture, '--json'])).out.split('\n');
    expect(JSON.parse(first)).toMatchObject({ kind: 'frame', name: 'id' });
  });

  it('decrypts with the keys of a private file, and refuses one that others can read', async () => {
    const capture = captureText('sc_scbk');
    const keyless = at.write('keyless.jsonl', capture.replace(/^.*\n/, '{"type":"header","scenario":"s"}\n'));
    const [header = ''] = capture.split('\n');
    const keys = [...header.matchAll(/"scbk": "([0-9a-f]{32})"/g)].map(([, hex]) => hex);
    const keyFile = at.write('keys.txt', `# of the sample\n${keys.join('\n')}\n`);
    expect(await run(['listen', keyless, '--key-file', keyFile])).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringContaining('mode 644'),
    });
    chmodSync(keyFile, 0o600);
    expect((await run(['listen', keyless, '--all', '--key-file', keyFile])).out).toContain('poll [secure]');
    for (const json of [{ readers: [{ scbk: keys[0], name: 'x' }] }, { scbk: keys[0], pendingScbk: null, table: null }]) {
      at.write('keys.txt', JSON.stringify(json));
      expect((await run(['listen', keyless, '--all', '--key-file', keyFile])).out).toContain('poll [secure]');
    }
    for (const none of ['', 'x', '{"scbk":null,"pendingScbk":null}']) {
      at.write('keys.txt', none);
      expect((await run(['listen', keyless, '--key-file', keyFile])).err).toContain('holds no keys');
    }
  });

  it('passes over polls that had nothing to tell, unless all are wanted, and counts them', async () => {
    const ack = encodeFrame({ address: 7, isReply: true, sequence: 1, check: 'crc16', security: undefined, code: 0x40, data: new Uint8Array() });
    const records = [poll, ack, poll, ack, poll].map((bytes, index) => osdpcapLine({ atMs: 1_000 + index * 20, bytes }));
    const file = at.write('idle.osdpcap', records.join(''));
    expect(await run(['listen', file])).toEqual({
      code: 0,
      out: '     0.080 s  to     7  #1  poll\n',
      err: '5 frames heard, with 2 polls that had nothing to tell (--all shows them).\n',
    });
    const all = await run(['listen', file, '--all']);
    expect([all.out.split('\n').length - 1, all.err]).toEqual([5, '5 frames heard, with 2 polls that had nothing to tell.\n']);
    expect((await run(['listen', file, '--json'])).out.split('\n')).toHaveLength(6);
  });

  it('says of a key file that it is a directory, or not there', async () => {
    const capture = at.write('sample.jsonl', captureText('sc_scbk'));
    expect((await run(['listen', capture, '--key-file', folder])).err).toBe(`${folder} is not a file.\n`);
    expect((await run(['listen', capture, '--key-file', '/no/such/file'])).err).toContain('/no/such/file cannot be used: it is not there');
  });

  it('refuses what is no recording, and two sources at once', async () => {
    for (const [content, sentence] of [
      ['nonsense', 'Line 1: is no JSON object.'],
      ['{"type":"header","scenario":"s"}\nx', 'Line 2: is no JSON object.'],
    ] as const) {
      expect(await run(['listen', at.write('x', content)])).toMatchObject({ code: exitCodes.refused, err: `${join(at.place, 'x')}: ${sentence}\n` });
    }
    expect((await run(['listen', '/no/such/file'])).err).toContain('There is no such file');
    expect((await run(['listen', 'x', '--port', cable.near])).code).toBe(exitCodes.usage);
  });

  it('plays a recording that was cut off as far as it goes, and says how far that is', async () => {
    const record = (atMs: number): string => osdpcapLine({ atMs, bytes: poll });
    const whole = at.write('whole', `${record(1_000)}${record(1_020)}`);
    expect((await run(['listen', whole])).code).toBe(0);
    const cut = await run(['listen', at.write('cut', `${record(1_000)}${record(1_020)}${record(1_040).slice(0, 60)}`)]);
    expect([cut.code, cut.out.split('\n').length - 1]).toEqual([exitCodes.refused, 2]);
    expect(cut.err).toBe(
      `2 frames heard.\n${join(at.place, 'cut')}: The file breaks off in line 3, which is no JSON object. 2 records were read before it.\n`,
    );
    const holed = await run(['listen', at.write('holed', `${record(1_000)}x\n${record(1_040)}`)]);
    expect([holed.code, holed.out.split('\n').length - 1]).toEqual([exitCodes.refused, 1]);
    expect(holed.err).toBe(`1 frame heard.\n${join(at.place, 'holed')}: Line 2 is no JSON object. 1 record was read before it, and none after it.\n`);
    const own = captureText('plain').slice(0, 3_000);
    expect((await run(['listen', at.write('own', own)])).err).toMatch(
      /breaks off in line \d+, which is no JSON object\. \d+ records were read before it\.\n$/,
    );
  });

  it('says that nothing was heard, at which rate, and on which port it listens', async () => {
    const terminal = {
      isOutShown: true,
      isErrShown: true,
      outColumns: 80,
      ask: () => Promise.resolve('nobody' as const),
      askUnseen: () => Promise.resolve('nobody' as const),
    };
    const silent = await at.run(['listen', '--port', cable.near, '--config', at.configFile], { stopAsked: () => immediate(), terminal });
    expect(silent).toMatchObject({ code: 0, out: '' });
    expect(silent.err).toBe(
      `Listening on ${cable.near} at 9600 baud; Ctrl-C ends it. Polls that have nothing to tell are not shown.\nNothing whole was heard at 9600 baud: is that the rate (--baud), and does somebody speak? doorpad find looks at every rate.\n`,
    );
  });

  it('ends when the port goes', async () => {
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const listening = at.run(['listen', '--port', cable.near, '--config', at.configFile], { stopAsked: neverAsked, out: () => resolve() });
    await speaking(heard);
    await cable.unplug();
    expect(await listening).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringMatching(new RegExp(`frames? heard\\.\n${cable.near}: the serial port is gone\\.\n$`)),
    });
  });
});
