/**
 * PINs and card numbers reach no output of the program (SECURITY I1, I2, I7): each is a number that nothing else holds, is
 * sent down every path, and is looked for in everything that came out. The list of people that somebody imports holds
 * PINs, of course: it is theirs, and the program only reads it.
 */
import { inspect } from 'node:util';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Pin } from '../src/access/pin.ts';
import { Net } from './canary/net.ts';
import { type Leak, rehearse, rehearseAll, secretsOf, showMachine, simulatedCanaries } from './canary/rehearsal.ts';
import { Scanner } from './canary/scan.ts';

const seed = Number(process.env.DOORPAD_SEED ?? 20_261_122);
const canaries = simulatedCanaries(seed);
const scanner = new Scanner(secretsOf(canaries));

describe(`canary PINs and card numbers (seed ${seed}) at a simulated door`, () => {
  it('appear in no event, port, story, state or error, in any mode and with any outcome', async () => {
    const net = new Net();
    await rehearseAll({ canaries, net });
    showMachine(net, canaries);
    expect(net.hits(scanner)).toEqual([]);
    expect(net.bytes).toBeGreaterThan(100_000);
  });

  it.each(['table.find', 'records.commit', 'records.scan', 'strike.release', 'strike.secure', 'crypto.hmacSha256'])(
    'appear nowhere when %s fails and says in its error all it was asked',
    async (failing) => {
      const net = new Net();
      for (const mode of ['cardOrPin', 'cardAndPin'] as const) await rehearse(mode, { canaries, net, failing });
      // The errors themselves were thrown by the planted fault, and are not what is looked at.
      expect(net.hits(scanner)).toEqual([]);
    },
  );
});

describe('the same search', () => {
  const logged = (net: Net, facts: object): void => {
    pino({ level: 'trace' }, { write: (line: string) => net.add('log', line) }).info(facts, 'a PIN was typed');
  };
  const bytes = (digits: string): Buffer => Buffer.from(digits);
  const mutants: readonly (readonly [string, Leak])[] = [
    ['a logger that logs a PIN', (digits, _, net) => logged(net, { digits })],
    ['a logger that logs it backwards', (digits, _, net) => logged(net, { digits: [...digits].toReversed().join('') })],
    ['a logger that logs it in hexadecimal', (digits, _, net) => logged(net, { typed: bytes(digits).toString('hex') })],
    ['a logger that logs it in base64', (digits, _, net) => logged(net, { typed: bytes(`x${digits}`).toString('base64') })],
    ['a logger that logs it as a number', (digits, _, net) => logged(net, { typed: Number(digits) })],
    ['a logger that logs each digit', (digits, _, net) => logged(net, { keys: [...digits] })],
    ['a logger that logs the buffer it came in', (digits, _, net) => logged(net, { typed: inspect(bytes(digits)) })],
    ['a logger that opens a PIN', (digits, _, net) => logged(net, { pin: Pin.from(digits)?.reveal() })],
    ['an error that quotes it', (digits, _, net) => net.add('stderr', new Error(`no such PIN: ${digits}`))],
    ['an error that carries it', (digits, _, net) => net.add('stderr', new Error('no such PIN', { cause: { digits } }))],
    ['an entry of the journal that holds it', (digits, { records }) => put(records, bytes(digits))],
    ['an entry of the journal that holds it as BCD', (digits, { records }) => put(records, Buffer.from(digits, 'hex'))],
    ['an entry of the journal that holds it in UTF-16', (digits, { records }) => put(records, Buffer.from(digits, 'utf16le'))],
    ['a look-up by the digits instead of their tag', (digits, { table }) => void table.find(BigInt(digits))],
    ['beeps as long as the digits', (digits, { buzzer }) => buzzer.beep(Number(digits), 'normal')],
  ];

  it.each(mutants)('finds %s', async (_, leak) => {
    const net = new Net();
    await rehearse('pinOnly', { canaries, net, leak });
    const found = new Set(net.hits(scanner).map(({ secret }) => secret));
    expect([...found]).toContain('PIN right');
  });
});

/** Where no event lies. */
const put = (
  records: { commit(writes: readonly { op: 'put'; space: 'use'; key: number; value: Uint8Array }[]): Promise<void> },
  value: Uint8Array,
): void => void records.commit([{ op: 'put', space: 'use', key: 999, value }]);
