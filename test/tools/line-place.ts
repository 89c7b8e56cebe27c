/** A wire in virtual time with readers on it, for the tools that ask on a line: real PD sessions, as alone or as many as a test wants. */
import { Wire } from '../../sim/line/wire.ts';
import type { WireEnd } from '../../sim/line/wire-end.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { PdSession } from '../../src/osdp/pd.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { LineSettings } from '../../src/osdp/pd-line-settings.ts';
import type { PdPolicy } from '../../src/osdp/pd-security.ts';
import { Disk, description, idleHands } from '../osdp/pd-bench.ts';
import { crypto, scbk } from '../osdp/secure-pair.ts';

export interface PlacedReader extends Partial<LineSettings> {
  readonly serial?: number;
  readonly isKeyed?: boolean;
  readonly policy?: Partial<PdPolicy>;
  /** How long it thinks before it answers. */
  readonly thinksMs?: number;
  /** Changes what it says, or says nothing. */
  readonly saying?: (bytes: Uint8Array) => Uint8Array | undefined;
}

export class LinePlace {
  readonly clock = new VirtualClock();
  readonly wire = new Wire({ clock: this.clock });
  readonly near: WireEnd = this.wire.end();

  add({ address = 1, baudRate = 9_600, serial = 1, isKeyed = false, policy = {}, thinksMs = 1, saying = (bytes) => bytes }: PlacedReader = {}): {
    readonly line: Disk<LineSettings>;
  } {
    const end = this.wire.end();
    end.setBaudRate(baudRate);
    const line = new Disk<LineSettings>({ address, baudRate });
    const keys = new Disk<PdKeySet>({ current: isKeyed ? scbk : undefined, pending: undefined });
    const pd = new PdSession(
      {
        send: (bytes) => {
          const said = saying(bytes);
          if (said !== undefined) this.clock.setTimeout(() => end.send(said), thinksMs);
        },
        event: (event) => {
          if (event.type === 'line.switched' || event.type === 'line.reverted') {
            const { settings } = event;
            // After the reply is out, which takes 30 ms at the lowest rate.
            this.clock.setTimeout(() => end.setBaudRate(settings.baudRate), thinksMs + 30);
          }
        },
      },
      {
        crypto,
        description: { ...description, identity: { ...description.identity, serial } },
        line: line.value,
        keepLine: line.keep,
        policy: { keys: keys.value, keepKeys: keys.keep, allowInstall: () => false, secureRequired: false, clearComset: false, ...policy },
        hands: idleHands,
      },
    );
    const received = (bytes: Uint8Array, atMs: number): void => {
      pd.expire(atMs);
      pd.receive(bytes, atMs);
    };
    end.listen({ received, attached: () => undefined });
    return { line };
  }

  /** Lets time pass until the work is done; fails after `withinMs` of it. */
  async until<Value>(work: Promise<Value>, withinMs = 600_000): Promise<Value> {
    let done: { readonly value: Value } | undefined;
    let failure: { readonly thrown: unknown } | undefined;
    work.then(
      (value) => {
        done = { value };
      },
      (thrown: unknown) => {
        failure = { thrown };
      },
    );
    const endMs = this.clock.nowMs() + withinMs;
    await this.clock.settle();
    while (done === undefined && failure === undefined && this.clock.nowMs() < endMs) await this.clock.advanceTo(this.clock.nextDueMs ?? endMs);
    if (failure !== undefined) throw failure.thrown;
    if (done === undefined) throw new Error(`not done within ${withinMs} ms`);
    return done.value;
  }
}
