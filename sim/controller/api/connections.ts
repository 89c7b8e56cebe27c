/**
 * Which answers are under way on a connection. Decides what becomes of one on which nothing is heard, or nothing can be read, and which one goes
 * where there are too many (SECURITY H6).
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuseSocket, sendRefusal } from './answers.ts';
import type { RefusalCode } from './refusals.ts';

const unreadRefusals: Readonly<Record<string, RefusalCode>> = { HPE_HEADER_OVERFLOW: 'headersTooLarge', ERR_HTTP_REQUEST_TIMEOUT: 'tooSlow' };

export class Connections {
  readonly #answers = new WeakMap<Duplex, Set<ServerResponse>>();
  /** Answers that stay open with nothing said. */
  readonly #lasting = new WeakSet<ServerResponse>();
  /** By the other end, the longest open first: under TLS an answer knows another socket than its server counted. */
  readonly #open = new Map<string, { readonly socket: Socket; readonly answers: Set<ServerResponse> }>();

  /** Ends connections of this server that are silent for `idleMs`, that speak no HTTP, or that are more than `most` with those of other servers. */
  watch(server: Server, { idleMs, connections: most }: { readonly idleMs: number; readonly connections: number }): void {
    server.on('connection', (socket: Socket) => {
      const place = placeOf(socket);
      const here = { socket, answers: new Set<ServerResponse>() };
      this.#open.set(place, here);
      socket.once('close', () => {
        // The next one from there may be here already.
        if (this.#open.get(place) === here) this.#open.delete(place);
      });
      if (this.#open.size > most) this.#leastNeeded(socket).destroy();
    });
    server.setTimeout(idleMs, (socket) => {
      const answers = [...(this.#answers.get(socket) ?? [])];
      // A call takes as long as its handler; once its answer is on its way, it is to be read.
      if (!answers.some((response) => !response.headersSent || this.#lasting.has(response))) socket.destroy();
    });
    server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
      const answers = [...(this.#answers.get(socket) ?? [])];
      const refusal = unreadRefusals[code] ?? 'badRequest';
      const [only] = answers.length === 1 ? answers : [];
      // The body of a request: its own answer says so. Into any other that is under way nothing may be written.
      if (only !== undefined && !only.req.complete && !only.headersSent) sendRefusal(only, { code: refusal });
      else if (!socket.writable || answers.some((response) => !response.writableEnded)) socket.destroy();
      else if (answers.length > 0) socket.end(() => socket.destroy());
      else refuseSocket(socket, refusal);
    });
  }

  begin(response: ServerResponse): void {
    const { socket } = response.req;
    const answers = this.#answers.get(socket) ?? new Set();
    this.#answers.set(socket, answers.add(response));
    const here = this.#open.get(placeOf(socket))?.answers.add(response);
    response.on('close', () => {
      answers.delete(response);
      here?.delete(response);
    });
  }

  /** Of an answer that has begun, and ends when its owner says so. */
  keepOpen(response: ServerResponse): void {
    this.#lasting.add(response);
  }

  /** The longest open that asks for nothing, or has not said all of it; then one that takes long to read its answer; then the newest. */
  #leastNeeded(newest: Socket): Socket {
    const others = [...this.#open.values()].filter(({ socket }) => socket !== newest);
    const unasked = others.find(({ answers }) => [...answers].every(({ req }) => !req.complete));
    const reading = others.find(({ answers }) => [...answers].every((response) => response.headersSent && !this.#lasting.has(response)));
    return (unasked ?? reading)?.socket ?? newest;
  }
}

const placeOf = ({ remoteAddress, remotePort, localAddress }: Socket): string => `${remoteAddress} ${remotePort} ${localAddress}`;
