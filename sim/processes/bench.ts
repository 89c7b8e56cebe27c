/**
 * `npm start`: the bench and its manager, served on this machine. Decides where its directory is, what is said of it, and how it ends; what the world
 * does is sim/bench's, what is served manager-server.ts's.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { preparePrivateDirectory } from '../../src/tools/private-files.ts';
import { benchRoutes } from '../bench/bench-routes.ts';
import { benchCalls } from '../bench/calls.ts';
import { firstPeopleWords } from '../bench/first-people.ts';
import { World } from '../bench/world.ts';
import { type Listening, settleListening } from '../controller/api/listening.ts';
import { type BenchMessage, benchHearers, liveHearers } from '../controller/api/live.ts';
import { managerRoutes } from '../controller/api/manager-routes.ts';
import { tryListening } from '../controller/api/server.ts';
import { exitCodes } from '../exit-codes.ts';
import { type BenchOptions, defaultBenchPort } from './bench-options.ts';
import { holdDirectory } from './holding.ts';
import type { ProcessIo } from './io.ts';
import { freshPages, type ManagerServer, newManager, startTokenFile } from './manager-server.ts';

export type BenchIo = Pick<ProcessIo, 'out' | 'err' | 'stopAsked'>;

/** In the project, and never committed. */
const usualDirectory = fileURLToPath(new URL('../../bench-data', import.meta.url));
/** All that a bench keeps in its directory. */
const kept = ['site', 'data', 'readers', startTokenFile];

/** Resolves with the exit code once it is told to stop. Rejects with a Fault when the disk fails. */
export const runBench = async ({ port, data = usualDirectory, fresh = false }: BenchOptions, io: BenchIo): Promise<number> => {
  const directory = resolve(data);
  // Nothing is made, and nothing removed, for a bench that cannot be reached.
  const listening = settleListening({ port, hasToken: true });
  if (!listening.ok) return wrong(io, listening.failure, exitCodes.usage);
  const free = await tryListening(listening.value);
  if (!free.ok) return wrong(io, portTaken(free.failure, port, data), exitCodes.inUse);
  const prepared = preparePrivateDirectory(directory);
  if (!prepared.ok) return wrong(io, prepared.failure, exitCodes.usage);
  const held = holdDirectory(directory);
  if (!held.ok) return wrong(io, held.failure, exitCodes.inUse);
  try {
    if (fresh) for (const name of kept) rmSync(join(directory, name), { recursive: true, force: true });
    return await live({ directory, listening: listening.value, io });
  } finally {
    held.value();
  }
};

interface Place {
  readonly directory: string;
  readonly listening: Listening;
  readonly io: BenchIo;
}

const live = async (place: Place): Promise<number> => {
  const { directory, listening, io } = place;
  const crypto = new NodeCrypto();
  const world = await World.start(directory, crypto, { wallMs: new NodeClock().wall().ms });
  let server: ManagerServer | undefined;
  try {
    const served = await serve(world, { ...place, crypto });
    if (!served.ok) return wrong(io, portTaken(served.failure, listening.port, directory), exitCodes.inUse);
    server = served.value;
    io.out(welcome(server.address, directory));
    await io.stopAsked;
    io.out('Stopped. All of it is kept for the next time.\n');
    return exitCodes.done;
  } finally {
    await server?.close();
    await world.close();
  }
};

interface ServedAt extends Place {
  readonly crypto: NodeCrypto;
}

const serve = async (world: World, { directory, listening, crypto, io }: ServedAt): Promise<Result<ManagerServer, string>> => {
  const routes = { ...managerRoutes, ...benchRoutes };
  const manager = newManager<typeof routes, BenchMessage>({
    store: world.store,
    crypto,
    clock: world.clock,
    line: world.controller,
    directory,
    routes,
    handlers: (calls) => ({ ...calls, ...benchCalls(world) }),
    hearers: { ...liveHearers, ...benchHearers },
    hear: (tell) => world.hear(tell),
    report: (sentence) => io.err(`${sentence}\n`),
  });
  const pages = await freshPages(() => io.out('The pages are being made from their sources, which takes some seconds …\n'));
  const opened = await manager.serve({ listening, pages });
  return opened.ok ? ok(opened.value) : failed(opened.failure);
};

/** A bench that has the port has a directory too. */
const portTaken = (sentence: string, port: number, data: string): string =>
  `${sentence} Name another one, and a directory that no bench has: npm start -- --port ${otherPort(port)} --data ${data === usualDirectory ? 'bench-data-2' : data}`;

const otherPort = (port: number): number => (port === defaultBenchPort ? port + 1 : defaultBenchPort);

const wrong = (io: BenchIo, sentence: string, code: number): number => {
  io.err(`${sentence}\n`);
  return code;
};

const welcome = (
  address: string,
  directory: string,
): string => `Two doors, their controller and its manager are running on this machine. Open this in a browser:

  ${address}

${firstPeopleWords} Type 0417# at the front door.
What follows # in it is the key to all of it. Everything is kept in ${directory}; npm start -- --fresh begins anew.
Ctrl-C ends it.
`;
