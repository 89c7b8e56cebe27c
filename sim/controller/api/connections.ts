/** Which answers are under way on a connection. Decides what becomes of one on which nothing is heard, or nothing can be read (SECURITY H6). */
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseSocket, sendRefusal } from './answers.ts';
import type { RefusalCode } from './refusals.ts';

const unreadRefusals: Readonly<Record<string, RefusalCode>> = { HPE_HEADER_OVERFLOW: 'headersTooLarge', ERR_HTTP_REQUEST_TIMEOUT: 'tooSlow' };

export class Connections {
  readonly #answers = new WeakMap<Duplex, Set<ServerResponse>>();
  /** Answers that stay open with nothing said. */
  readonly #lasting = new WeakSet<ServerResponse>();

  /** Ends connections of this server that are silent for `idleMs`, or that speak no HTTP. */
  watch(server: Server, idleMs: number): void {
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
    response.on('close', () => answers.delete(response));
  }

  /** Of an answer that has begun, and ends when its owner says so. */
  keepOpen(response: ServerResponse): void {
    this.#lasting.add(response);
  }
}
