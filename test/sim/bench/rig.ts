/** A bench for tests: its time stands still until somebody lets it pass, its database lies in a scratch directory, and its news is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DoorName } from '../../../sim/bench/bench-door.ts';
import { benchCalls } from '../../../sim/bench/calls.ts';
import { World } from '../../../sim/bench/world.ts';
import type { BenchMessage } from '../../../sim/controller/api/live.ts';
import type { Caller, Handler, Route } from '../../../sim/controller/api/route.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import type { Entry } from '../../../src/journal/entry.ts';

export const crypto = new NodeCrypto();
const wallMs = Date.parse('2026-03-02T09:00:00Z');

const caller: Caller = { user: { id: 1, name: 'Manager', role: 'manager', person: null }, session: 1 };
type Calls = ReturnType<typeof benchCalls>;
type RequestTo<Name extends keyof Calls> = Partial<Parameters<Calls[Name]>[0]>;
type AnswerTo<Name extends keyof Calls> = Awaited<ReturnType<Calls[Name]>>;

export const scratchDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** From the last event to an idle line. */
const restMs = 3_000;

export class BenchRig {
  readonly world: World;
  /** Oldest first, since it was last emptied. */
  news: BenchMessage[] = [];
  readonly #calls: Calls;

  private constructor(world: World) {
    this.world = world;
    this.#calls = benchCalls(world);
    world.hear((message) => this.news.push(message));
  }

  /** Both readers are in step with the controller. */
  static async open(directory = scratchDirectory()): Promise<BenchRig> {
    const world = await World.start(directory, crypto, { speed: 0, realMs: () => 0, wallMs, seed: 7 });
    onTestFinished(() => world.close());
    const rig = new BenchRig(world);
    await rig.until(() => world.controller.readers.every(({ state }) => state.isInStep));
    // What they did before that has been heard by then.
    await rig.pass(restMs);
    rig.news = [];
    return rig;
  }

  /** As a page asks. */
  async ask<Name extends keyof Calls>(name: Name, request: RequestTo<Name> = {}): Promise<AnswerTo<Name>> {
    const call = this.#calls[name] as unknown as Handler<Route>;
    return (await call({ params: undefined, query: undefined, body: undefined, ...request } as never, caller as never)) as AnswerTo<Name>;
  }

  pass(skipMs: number): Promise<unknown> {
    return this.ask('time', { body: { skipMs } });
  }

  type(door: DoorName, keys: string): Promise<unknown> {
    return this.ask('type', { params: { door }, body: { keys } });
  }

  swipe(door: DoorName, card: string): Promise<unknown> {
    return this.ask('swipe', { params: { door }, body: { card } });
  }

  async until(isSo: () => boolean, withinMs = 30_000): Promise<void> {
    const endMs = this.world.clock.nowMs() + withinMs;
    while (!isSo()) {
      if (this.world.clock.nowMs() >= endMs) throw new Error(`it was not so within ${withinMs} ms`);
      await this.pass(50);
    }
  }

  newsOf<Kind extends BenchMessage['kind']>(kind: Kind): readonly Extract<BenchMessage, { readonly kind: Kind }>[] {
    return this.news.filter((message): message is Extract<BenchMessage, { readonly kind: Kind }> => message.kind === kind);
  }

  /** What the controller has on disk, oldest first. */
  async codes(): Promise<readonly Entry['code'][]> {
    return (await this.world.store.events.list()).flatMap(({ entry }) => (entry === undefined ? [] : [entry.code]));
  }
}
