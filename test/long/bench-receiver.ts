/** Whoever takes the webhooks of a trial: keeps all that comes, and now and then refuses it, or is gone before it has answered. Judges nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../sim/random.ts';

/** Of all that comes so much is kept, and answered as if it was not; so much without an answer. */
const refusedShare = 0.1;
const brokenShare = 0.1;

export interface Delivery {
  /** By which a receiver knows one that comes twice. */
  readonly id: string;
  readonly content: string;
}

export class Receiver {
  readonly deliveries: Delivery[] = [];
  /** Takes everything from now on. */
  isKind = false;
  readonly #server: Server;

  constructor(random: Random) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const content = Buffer.concat(parts).toString();
        this.deliveries.push({ id: String(request.headers['webhook-id']), content });
        if (!this.isKind && random.chance(brokenShare)) request.socket.destroy();
        else response.writeHead(!this.isKind && random.chance(refusedShare) ? 500 : 200).end();
      });
      // The sender was killed.
      request.on('error', () => undefined);
    });
  }

  /** Where it listens. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/notices`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
