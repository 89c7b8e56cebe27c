/**
 * Both ends under nonsense: PDs with a key, without, and in a session whose other end has gone mad; an ACU whose PD has. One step is one frame
 * said to one of them, and what may not come of it. How many steps, and what they cost, is the caller's.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../../sim/random.ts';
import type { OrderCommand } from '../../src/osdp/acu-events.ts';
import { maxWaitingOrders } from '../../src/osdp/acu-orders.ts';
import { commandNameOf } from '../../src/osdp/commands.ts';
import { decodeFrame } from '../../src/osdp/frame.ts';
import { maxReports } from '../../src/osdp/pd-reports.ts';
import { AcuRig, ScriptedPd } from './acu-rig.ts';
import { hexOf } from './bytes.ts';
import { codeFrom, frameFrom, payloadFor } from './fuzz-grammar.ts';
import { PdBench } from './pd-bench.ts';
import { commandSamples } from './samples.ts';
import { scbk } from './secure-pair.ts';

export interface Fault {
  /** To whom. */
  readonly end: string;
  /** The frame, in hexadecimal: of a session as it was on the line. */
  readonly frame: string;
  readonly what: string;
}

/** The last payload that fits an encrypted frame of the longest length, and then some. */
const maxPayload = 1_400;

interface End {
  readonly name: string;
  /** The last one it was told. */
  frame: Uint8Array;
  /** One frame; what was wrong with what came of it. */
  step(): string | undefined;
}

const none = new Uint8Array(0);

const wrongWith = (bench: PdBench, said: readonly Uint8Array[]): string | undefined => {
  if (said.length > 1) return `${said.length} replies`;
  for (const bytes of said) {
    const decoded = decodeFrame(bytes[0] === 0xff ? bytes.subarray(1) : bytes);
    if (!decoded.ok || !decoded.value.isReply) return `a reply that is none: ${hexOf(bytes)}`;
  }
  if (bench.pd.waitingReports > maxReports) return `${bench.pd.waitingReports} reports wait`;
  return bench.events.length > maxReports * 2 ? `${bench.events.length} events` : undefined;
};

/** A PD, which is told nonsense in clear, and in its session if `isSecure`. */
const pdEnd = (name: string, random: Random, make: () => PdBench, isSecure: boolean): End => {
  const bench = make();
  const frameOf = (): Uint8Array => {
    if (!isSecure || random.int(8) === 0) return frameFrom(random, { address: bench.address, sequence: bench.next() });
    if (bench.acu.state !== 'open' || !bench.pd.isSecure) {
      // Too many sessions that failed: a challenge has to wait.
      bench.wait(1_000);
      bench.address = bench.pd.lineSettings.address;
      bench.handshake();
    }
    if (bench.acu.state !== 'open') return frameFrom(random);
    const code = codeFrom(random);
    return bench.sealed(code, Uint8Array.from(payloadFor(random, code).slice(0, maxPayload)));
  };
  const end: End = {
    name,
    frame: none,
    step: () => {
      bench.events.length = 0;
      end.frame = frameOf();
      bench.pd.report({ name: 'keypad', payload: { reader: 0, keys: Uint8Array.of(0x31) } }, bench.nowMs);
      const said = bench.raw(end.frame);
      const wrong = wrongWith(bench, said);
      const reply = said[0] === undefined ? undefined : decodeFrame(said[0][0] === 0xff ? said[0].subarray(1) : said[0]);
      if (reply?.ok === true && reply.value.mac !== undefined) bench.acu.open(reply.value);
      bench.wait(20 + random.int(30));
      bench.address = bench.pd.lineSettings.address;
      for (const kept of [bench.texts, bench.sink.story, bench.sink.bytes, bench.keys.asked, bench.line.asked]) kept.length = 0;
      return wrong;
    },
  };
  return end;
};

const orders = (['led', 'out', 'buz', 'text', 'mfg', 'lstat', 'pivdata', 'genauth', 'xwr', 'comset', 'id'] as const).map(
  (name) => ({ name, payload: commandSamples[name].payload }) as OrderCommand,
);

/** An ACU, whose PD starts well more often than not, and then says anything. */
const acuEnd = (name: string, random: Random): End => {
  const rig = new AcuRig();
  const pd = new ScriptedPd(1, scbk);
  const end: End = { name, frame: none, step: () => step() };
  let steps = 0;
  pd.script = (heard) => {
    const isOpen = heard.mac !== undefined;
    pd.heard.length = 0;
    if (!isOpen && random.int(3) > 0) return undefined;
    const code = codeFrom(random);
    const data = Uint8Array.from(payloadFor(random, code).slice(0, maxPayload));
    end.frame =
      isOpen && random.int(4) > 0
        ? Uint8Array.from(pd.channel.seal({ address: heard.address, sequence: heard.sequence, check: heard.check }, code, data))
        : Uint8Array.from(frameFrom(random, { address: heard.address | 0x80, sequence: heard.sequence }));
    steps += 1;
    return end.frame;
  };
  rig.add({ address: 1, pairing: { kind: 'paired', scbk }, maxReplyBytes: 1440 }, pd);
  let waiting = 0;
  const step = (): string | undefined => {
    const before = steps;
    for (let turn = 0; steps === before && turn < 1_000; turn += 1) {
      rig.run(20);
      // It was told to move, and says that it has: it goes along.
      for (const { event } of rig.told) if (event.kind === 'moved') pd.address = event.address;
    }
    if (random.int(4) === 0) {
      if (rig.line.order(pd.address, random.pick(orders), rig.nowMs).ok) waiting += 1;
    }
    if (random.int(200) === 0) rig.line.sendFile(pd.address, { type: 1, bytes: random.bytes(500) }, rig.nowMs);
    waiting -= rig.told.filter(({ event }) => event.kind === 'orderEnded').length;
    rig.told.length = 0;
    rig.sent.length = 0;
    if (steps === before) return 'the line stands still';
    return waiting > maxWaitingOrders ? `${waiting} orders wait` : undefined;
  };
  return end;
};

export class Fuzz {
  readonly random: Random;
  readonly #ends: readonly End[];
  /** Codes that PDs were told and knew; for whoever wants to know that it was not all noise. */
  readonly known = new Set<string>();

  constructor(seed: number) {
    this.random = new Random(seed);
    const { random } = this;
    this.#ends = [
      pdEnd('PD without a key', random.fork('keyless'), () => new PdBench({ policy: { allowInstall: () => true } }).start(), false),
      pdEnd('PD that waits', random.fork('waiting'), () => PdBench.keyed(), false),
      pdEnd('PD in a session', random.fork('secure'), () => PdBench.keyed(), true),
      acuEnd('ACU', random.fork('acu')),
    ];
  }

  /** Says one frame to one end. */
  step(): Fault | undefined {
    const end = this.random.pick(this.#ends);
    try {
      const what = end.step();
      const name = commandNameOf(end.frame[5] ?? 0);
      if (name !== undefined) this.known.add(name);
      return what === undefined ? undefined : { end: end.name, frame: hexOf(end.frame), what };
    } catch (thrown) {
      const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      return { end: end.name, frame: hexOf(end.frame), what };
    }
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held, once what is not has been let go. */
export const heldBytes = (): { readonly heap: number; readonly rss: number } => {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
};
