/**
 * Decides how a store on a thread of its own is asked and answers: calls in order, an answer each, faults as faults, and
 * nobody left waiting when the thread is gone. Which calls there are is the service's.
 */
import { MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads';
import { AssertionError } from '../shared/assert.ts';
import { Fault, type FaultCode } from '../shared/faults.ts';

/** What runs on the thread: methods over values that can be cloned. */
export interface Service {
  /** Runs when an answer is on its way, for work that must not make one late. May throw nothing. */
  maintain(): void;
  /** The last call; it comes once. */
  close(): void;
}

/** A Fault loses its class when it is cloned, and its cause may not be clonable. */
export interface FaultMessage {
  readonly code: FaultCode;
  readonly sentence: string;
}
export const toMessage = ({ code, message }: Fault): FaultMessage => ({ code, sentence: message });
export const fromMessage = ({ code, sentence }: FaultMessage): Fault => new Fault(code, sentence);

type Method = (...values: never[]) => unknown;
type Methods<S> = { readonly [N in keyof S as S[N] extends Method ? N : never]: S[N] };
type Given<M> = M extends (...values: infer Values) => unknown ? Values : never;
type Returned<M> = M extends (...values: never[]) => infer Value ? Value : never;

interface Question {
  readonly method: string;
  readonly values: readonly unknown[];
}
type Answer = { readonly value: unknown } | { readonly fault: FaultMessage } | { readonly error: string };
interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

/** Opens the service, then answers what comes through the port, one call after the other. When opening threw, that is the answer to every call. */
export const serve = (port: MessagePort, open: () => Service): void => {
  let service: Service | undefined;
  const opening = answer(() => {
    service = open();
  });
  port.on('message', ({ method, values }: Question) => {
    const methods = service as unknown as Record<string, (...values: readonly unknown[]) => unknown> | undefined;
    port.postMessage(methods === undefined ? opening : answer(() => methods[method]?.(...values)));
    if (method === 'close') port.close();
    else service?.maintain();
  });
};

const answer = (call: () => unknown): Answer => {
  try {
    return { value: call() };
  } catch (thrown) {
    return thrown instanceof Fault ? { fault: toMessage(thrown) } : { error: String(thrown) };
  }
};

/** The near end of a thread. */
export class Thread<S extends Service> {
  readonly #port: MessagePort;
  readonly #name: string;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #isClosing = false;

  /** `name` is for the sentence that says it is gone. */
  constructor(port: MessagePort, name: string) {
    this.#port = port;
    this.#name = name;
    port.on('message', (message: Answer) => this.#settle(message));
    this.#ended = new Promise((resolve) => {
      port.once('close', () => {
        this.#end();
        resolve();
      });
    });
  }

  /** Rejects with the Fault the service threw, with `disk.failed` when the thread ended before it answered. */
  call<N extends keyof Methods<S> & string>(method: N, ...values: Given<S[N]>): Promise<Returned<S[N]>> {
    return this.#ask(method, values) as Promise<Returned<S[N]>>;
  }

  /** Closes the service and resolves when the thread is gone, also when it was gone already. */
  close(): Promise<void> {
    if (!this.#isClosing) this.#ask('close', []).catch(() => {});
    this.#isClosing = true;
    return this.#ended;
  }

  #ask(method: string, values: readonly unknown[]): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(this.#gone());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#port.postMessage({ method, values } satisfies Question);
    });
  }

  #settle(message: Answer): void {
    const waiting = this.#waiting.shift();
    if ('value' in message) waiting?.resolve(message.value);
    else if ('fault' in message) waiting?.reject(fromMessage(message.fault));
    else waiting?.reject(new AssertionError(message.error));
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone());
  }

  #gone(): Fault {
    return new Fault('disk.failed', `the thread of ${this.#name} has ended`);
  }
}

/** Memory a thread's garbage may take before it is collected: of Node's usual 48 MB a store gains nothing. */
const maxYoungGenerationSizeMb = 8;

/** How a thread is started: a real one in the product, the same code in the caller's own thread in tests. */
export type StartThread<Data> = (data: Data) => MessagePort;

/** Starts a worker on an entry file beside this one. The entry ends like this file, so that it is found from sources and from a bundle. */
export const startWorker =
  <Data>(entry: string): StartThread<Data> =>
  (data) =>
    new StoreWorker<Data>(entry).begin(data);

/** The same, with the first worker started at once: its code is loaded before it is known what it is to open. */
export const startEarly = <Data>(entry: string): StartThread<Data> => {
  let early: StoreWorker<Data> | undefined = new StoreWorker<Data>(entry);
  return (data) => {
    const worker = early === undefined || early.hasEnded ? new StoreWorker<Data>(entry) : early;
    early = undefined;
    return worker.begin(data);
  };
};

class StoreWorker<Data> {
  readonly #port: MessagePort;
  #hasEnded = false;

  constructor(entry: string) {
    const { port1, port2 } = new MessageChannel();
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const worker = new Worker(new URL(`./${entry}${ending}`, import.meta.url), {
      workerData: port2,
      transferList: [port2],
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    // One that dies of an error closes its port, and that is how its callers learn.
    worker.on('error', () => port1.close());
    port1.once('close', () => {
      this.#hasEnded = true;
    });
    this.#port = port1;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Gives the worker what it is to open. Call it once. */
  begin(data: Data): MessagePort {
    this.#port.postMessage(data);
    return this.#port;
  }
}

/** What a worker's entry does: the first message is what it is to open, and the others are asked of that. */
export const serveGiven = <Data>(open: (data: Data) => Service): void => {
  const port = workerData as MessagePort;
  port.once('message', (data: Data) => serve(port, () => open(data)));
};

/** Serves in the caller's own thread. */
export const startHere =
  <Data>(open: (data: Data) => Service): StartThread<Data> =>
  (data) => {
    const { port1, port2 } = new MessageChannel();
    serve(port2, () => open(data));
    return port1;
  };
