/** What somebody types at a simulated reader: keys, cards and the rest, and nothing that is said again of what was not understood. */
import { describe, expect, it } from 'vitest';
import { readDeed, readerHelp } from '../../../sim/processes/reader-hands.ts';

describe('a line of text', () => {
  it.each([
    ['0417#', { do: 'type', keys: ['0', '4', '1', '7', '#'] }],
    ['*', { do: 'type', keys: ['*'] }],
    ['card 12345678', { do: 'cardText', text: '12345678' }],
    ['card  9:0x0A5', { do: 'cardBits', bits: '010100101' }],
    ['card 1:0x1', { do: 'cardBits', bits: '1' }],
    ['open', { do: 'input', input: 'doorContact', isActive: true }],
    ['shut', { do: 'input', input: 'doorContact', isActive: false }],
    ['tamper', { do: 'input', input: 'tamper', isActive: true }],
    ['untamper', { do: 'input', input: 'tamper', isActive: false }],
    ['rex', { do: 'rex' }],
    ['status', { do: 'status' }],
    ['help', { do: 'help' }],
    ['quit', { do: 'quit' }],
  ])('%j is something that hands do', (line, deed) => {
    expect(readDeed(line)).toEqual({ ok: true, value: deed });
    expect(readerHelp).toContain(line.split(/[ \d*]/)[0]);
  });

  it.each(['0417 #', '041x', 'card', 'card 1 2', 'card 3:0x8', 'card 0:0x0', 'OPEN'])('%j is refused without being repeated', (line) => {
    const deed = readDeed(line);
    expect(deed).toMatchObject({ ok: false });
    expect(deed.ok ? '' : deed.failure).not.toContain(line.slice(-3));
  });
});
