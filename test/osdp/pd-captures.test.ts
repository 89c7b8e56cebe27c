/**
 * The recorded conversations with our PD in the place of the recorded one: same identity, keys and random values, the same things to report.
 * What it answers otherwise stands in pd-differences.ts, each with its reason.
 */
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/osdp/commands.ts';
import { PdSession } from '../../src/osdp/pd.ts';
import type { Report } from '../../src/osdp/pd-reports.ts';
import { decodeReply, type Reply } from '../../src/osdp/replies.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { type Burst, burstsOf, captureNamed, captureText } from './captured.ts';
import { Disk, description, MemorySink } from './pd-bench.ts';
import { played } from './pd-differences.ts';
import { withRandom } from './secure-pair.ts';

interface Header {
  readonly scbk: string | null;
  readonly sessions: readonly { readonly rnd_b: string }[];
}

/** One burst of the ACU's, when it came, and what the recorded PD answered. */
interface Turn {
  readonly atMs: number;
  readonly command: string;
  readonly code: number | undefined;
  readonly replies: readonly Burst[];
}

const turnsOf = (name: string): readonly Turn[] => {
  const capture = captureNamed(name);
  const bursts = burstsOf(capture);
  const turns: (Turn & { replies: Burst[] })[] = [];
  let at = 0;
  for (const record of capture.records) {
    if (record.kind === 'note') continue;
    const burst = bursts[at++] as Burst;
    if (record.isReply) turns.at(-1)?.replies.push(burst);
    else turns.push({ atMs: record.atUs / 1000, command: burst.hex, code: burst.frames[0]?.frame.code, replies: [] });
  }
  return turns;
};

const replyIn = (burst: Burst | undefined): Reply | undefined => {
  const found = burst?.frames[0];
  // The recorded PD sends status replies in clear: read for what they say.
  const reply = found && decodeReply(found.frame.code, found.heard.data ?? found.frame.data);
  return reply?.ok ? reply.value : undefined;
};

const reportable: readonly string[] = ['lstatr', 'istatr', 'ostatr', 'rstatr', 'raw', 'keypad', 'mfgrep'];

describe.each(Object.entries(played))('our PD in %s', (name, expected) => {
  it('answers as the recorded one, byte for byte, but for what is listed', () => {
    const header = JSON.parse(captureText(name).split('\n')[0] ?? '') as Header;
    const sent: string[] = [];
    let recorded: Reply | undefined;
    const status = <Name extends Reply['name']>(of: Name, otherwise: readonly number[]): readonly number[] =>
      recorded?.name === of ? (recorded.payload as readonly number[]) : otherwise;
    const current = header.scbk === null || name === 'sc_install' ? undefined : new SecretBytes(bytesOf(header.scbk));
    let randoms = header.sessions.map(({ rnd_b }) => bytesOf(rnd_b));
    const crypto = Object.assign(withRandom(), {
      randomBytes: () => randoms.shift() ?? new Uint8Array(8),
      isEqual: (a: Uint8Array, b: Uint8Array) => hexOf(a) === hexOf(b),
    });
    const pd = new PdSession(
      { send: (bytes) => void sent.push(hexOf(bytes)), event: () => undefined },
      {
        crypto,
        description: { ...description, cuid: bytesOf('0c1b280011223344'), baudRates: [9_600, 115_200] },
        line: { address: 1, baudRate: 115_200 },
        keepLine: () => 'kept',
        policy: {
          keys: { current, pending: undefined },
          keepKeys: new Disk<unknown>(undefined).keep,
          allowInstall: () => name === 'sc_install',
          secureRequired: name.includes('enforce'),
          clearComset: false,
        },
        hands: {
          localStatus: () => (recorded?.name === 'lstatr' ? recorded.payload : { tamper: 'normal', power: 'normal' }),
          inputs: () => status('istatr', [0, 0]),
          readers: () => status('rstatr', [0]),
          showText: () => undefined,
          mfg: new Map([
            [0x2a1b0c, () => ({ name: 'ack', payload: undefined }) as const],
            [0, () => ({ name: 'ack', payload: undefined }) as const],
          ]),
        },
        files: { sink: new MemorySink(), manners: { mayInterleave: true, maxMessageBytes: 0 } },
      },
    );
    const found: { command: string; ours: readonly string[] }[] = [];
    let isApart = false;
    let compared = 0;
    for (const { atMs, command, code, replies } of turnsOf(name)) {
      recorded = replyIn(replies[0]);
      if (code === commands.chlng.code) {
        isApart = false;
        const rndB = recorded?.name === 'ccrypt' ? recorded.payload.rndB : undefined;
        if (rndB !== undefined) randoms = [rndB];
      }
      // A chain of MACs that has parted does not come together again before the next handshake.
      if (isApart) continue;
      if (code === commands.poll.code && recorded !== undefined && reportable.includes(recorded.name)) pd.report(recorded as Report, atMs);
      sent.length = 0;
      pd.receive(bytesOf(command), atMs);
      pd.expire(atMs + 100);
      const theirs = replies.map(({ hex }) => hex);
      compared += 1;
      if (String(sent) === String(theirs)) continue;
      found.push({ command, ours: [...sent] });
      isApart = pd.isSecure || replies[0]?.frames[0]?.frame.mac !== undefined;
    }
    const differences = found.map(({ command, ours }, at) => ({ command: command.slice(0, 48), ours, why: expected.differences[at]?.why }));
    expect({ compared, differences }).toEqual(expected);
  });
});
