/** A mail server and a receiver of webhooks on loopback that answer as they are told, and keep what came. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What came, in order; whoever waits for the next gets it. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];
  #taken = 0;

  put(item: Item): void {
    this.items.push(item);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#taken += 1;
      waiting(item);
    }
  }

  next(): Promise<Item> {
    const item = this.items[this.#taken];
    if (item === undefined) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    return Promise.resolve(item);
  }
}

const opened = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
};

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

export type SmtpCommand = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'text';

export interface MailPlace {
  readonly port: number;
  readonly mails: Inbox<Mail>;
  /** Lines that came outside of texts. */
  readonly lines: string[];
  /** In place of the usual answer; empty: none at all. */
  readonly answers: Map<SmtpCommand, string>;
  /** A command came that is not answered. */
  readonly hanging: Inbox<SmtpCommand>;
}

const usual: Readonly<Record<SmtpCommand, string>> = {
  greeting: '220 ready',
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 come in',
  MAIL: '250 yes',
  RCPT: '250 yes',
  DATA: '354 go on',
  text: '250 taken',
};

export const openMailServer = async (): Promise<MailPlace> => {
  const place = { mails: new Inbox<Mail>(), lines: [] as string[], answers: new Map<SmtpCommand, string>(), hanging: new Inbox<SmtpCommand>() };
  const server = createServer((socket) => {
    const answer = (command: SmtpCommand): boolean => {
      const said = place.answers.get(command) ?? usual[command];
      if (said === '') place.hanging.put(command);
      else socket.write(`${said}\r\n`);
      return said.startsWith('2') || said.startsWith('3');
    };
    let came = '';
    let isText = false;
    let mail = { from: '', to: [] as string[] };
    const takeText = (): boolean => {
      const end = came.indexOf('\r\n.\r\n');
      if (end < 0) return false;
      const data = came.slice(0, end);
      came = came.slice(end + 5);
      isText = false;
      if (answer('text')) place.mails.put({ ...mail, data });
      return true;
    };
    const takeLine = (): boolean => {
      const end = came.indexOf('\r\n');
      if (end < 0) return false;
      const line = came.slice(0, end);
      came = came.slice(end + 2);
      place.lines.push(line);
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'MAIL') mail = { from: line, to: [] };
      if (command === 'RCPT') mail.to.push(line);
      if (command === 'QUIT') socket.end('221 bye\r\n');
      else if (command in usual) isText = answer(command as SmtpCommand) && command === 'DATA';
      return true;
    };
    socket.on('data', (bytes) => {
      came += bytes.toString('utf8');
      while (isText ? takeText() : takeLine());
    });
    answer('greeting');
  });
  return { port: await opened(server), ...place };
};

export interface Hook {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly hooks: Inbox<Hook>;
  answer: (response: ServerResponse) => void;
}

export const openReceiver = async (): Promise<Receiver> => {
  const hooks = new Inbox<Hook>();
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString('utf8')));
    request.on('end', () => {
      receiver.answer(response);
      hooks.put({ headers: request.headers, body });
    });
  });
  const port = await opened(server);
  const receiver: Receiver = { url: `http://127.0.0.1:${port}/hook`, hooks, answer: (response) => void response.writeHead(204).end() };
  return receiver;
};
