/**
 * Sends a notice as an email of plain text over the mail server that is set. Decides what a mail may consist of, that no password and no code goes
 * in clear over a network, and which answers of the server are final; when it is tried again is the desk's.
 */
import { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ControllerStore } from '../controller-store.ts';
import { isMailAddress, isThisMachine, type MailServer, mailPasswordOf, mailServerOf } from './notice-settings.ts';
import { type EmailContent, emailOf } from './notice-writing.ts';
import { maxTryMs, type Sender, type Sent } from './sender.ts';

/** Of one answer of the server. */
const maxAnswerBytes = 16_384;
/** What the server says of this sender, recipient or text: it will say so again. */
const finalParts: readonly unknown[] = ['EENVELOPE', 'EMESSAGE'];

export interface MailSenderParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
}

export const mailSender =
  ({ store, clock }: MailSenderParts): Sender =>
  async (content, signal) => {
    const mail = emailOf(content);
    if (mail === undefined || !isMailAddress(mail.to)) return { how: 'refused', sentence: 'What is kept of it cannot be read.' };
    const server = await mailServerOf(store);
    if (server === undefined) return { how: 'failed', sentence: 'No mail server is set.' };
    const password = await mailPasswordOf(store);
    return within(clock, signal, (socket) => deliver(socket, server, password, mail));
  };

const deliver = async (
  socket: Socket,
  { host, port, secure, user, from }: MailServer,
  password: string | undefined,
  mail: EmailContent,
): Promise<Sent> => {
  const transport = createTransport({
    host,
    port,
    secure,
    socket,
    // In clear on this machine only.
    requireTLS: !secure && !isThisMachine(host),
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: maxTryMs,
    greetingTimeout: maxTryMs,
    socketTimeout: maxTryMs,
    dnsTimeout: maxTryMs,
    maxResponseSize: maxAnswerBytes,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { id, to, subject, text } = mail;
    const messageId = `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
    await transport.sendMail({ from, to, envelope: { from, to: [to] }, subject, text, messageId, headers: { 'Auto-Submitted': 'auto-generated' } });
    return { how: 'sent' };
  } catch (thrown) {
    return failureOf(thrown);
  } finally {
    transport.close();
  }
};

const failureOf = (thrown: unknown): Sent => {
  const { responseCode, code } = thrown as { readonly responseCode?: unknown; readonly code?: unknown };
  if (typeof responseCode !== 'number') return { how: 'failed', sentence: 'The mail server cannot be reached, or speaks no safe mail.' };
  const isFinal = responseCode >= 500 && finalParts.includes(code);
  return { how: isFinal ? 'refused' : 'failed', sentence: `The mail server answered ${responseCode}.` };
};

/** The socket is this try's own: when the time is over, or nobody waits any more, it is gone whatever the server does. */
const within = (clock: Clock, signal: AbortSignal, send: (socket: Socket) => Promise<Sent>): Promise<Sent> =>
  new Promise((resolve) => {
    const socket = new Socket();
    const end = (sent: Sent): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(sent);
    };
    const stop = (): void => end({ how: 'failed', sentence: 'It was stopped.' });
    const timer = clock.setTimeout(() => end({ how: 'failed', sentence: 'The mail server took too long.' }), maxTryMs);
    signal.addEventListener('abort', stop);
    void send(socket).then(end);
  });
