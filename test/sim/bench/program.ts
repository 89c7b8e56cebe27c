/**
 * The bench as `npm start` runs it: a process of its own on a free port, with its directory in its place. Decides how it is started, asked and
 * ended; what is looked at is the caller's.
 */

import { type BenchRoutes, benchRoutes } from '../../../sim/bench/bench-routes.ts';
import type { BenchMessage, LiveMessage } from '../../../sim/controller/api/live.ts';
import { livePath } from '../../../sim/controller/api/live.ts';
import { type ManagerRoutes, managerRoutes } from '../../../sim/controller/api/manager-routes.ts';
import { Client } from '../controller/api/client.ts';
import { Child, simFile } from '../processes/children.ts';

export type BenchClient = Client<ManagerRoutes & BenchRoutes>;
export type Told = LiveMessage | BenchMessage;

const addressLine = /(http:\/\/[\w.:[\]-]+)\/#token=(\S+)/;

export class BenchProgram {
  readonly child: Child;

  /** `program`: another that takes the same arguments. */
  constructor(directory: string, program = simFile, ...more: readonly string[]) {
    this.child = new Child([program, 'bench', '--port', '0', '--data', directory, ...more], {});
  }

  /** Once it serves. Rejects when it ends before. */
  async serves(): Promise<Serving> {
    const { line } = await this.child.says(addressLine);
    const [address = '', origin = '', token = ''] = addressLine.exec(line) ?? [];
    return { address, origin, token, client: new Client({ ...managerRoutes, ...benchRoutes }, origin, token) };
  }
}

export interface Serving {
  /** For a browser. */
  readonly address: string;
  readonly origin: string;
  readonly token: string;
  readonly client: BenchClient;
}

/** Hears what pages are told, until the connection ends. Resolves then. */
export const listen = async ({ origin, token }: Serving, hear: (message: Told) => void): Promise<void> => {
  try {
    const { body } = await fetch(`${origin}${livePath}`, { headers: { authorization: `Bearer ${token}` } });
    let rest = '';
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) hear(JSON.parse(line) as Told);
    }
  } catch {
    // The program is gone.
  }
};
