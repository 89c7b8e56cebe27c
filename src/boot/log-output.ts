/**
 * Where the program's log goes. Decides that a log which nobody takes (a stopped journald, a pipe that is full, a full disk) is never waited for: a few
 * lines wait, others are dropped and counted, and the count is told when there is room again (SECURITY G10, G11). What is said is its callers'.
 */
import { fstatSync, writeSync } from 'node:fs';
import process from 'node:process';

/** Characters that wait for whoever reads. */
export const maxWaiting = 65_536;

/** What takes the lines. */
export interface LogSink {
  /** Takes the line, at once or by and by; false: it does not take it. Throws nothing. */
  take(line: string): boolean;
}

export class LogOutput {
  readonly #sink: LogSink;
  readonly #name: string;
  #dropped = 0;

  /** `name`: of the reader, as in its other lines. */
  constructor(sink: LogSink, name: string) {
    this.#sink = sink;
    this.#name = name;
  }

  write(line: string): void {
    if (this.#dropped > 0 && this.#sink.take(this.#count())) this.#dropped = 0;
    if (this.#dropped > 0 || !this.#sink.take(line)) this.#dropped += 1;
  }

  #count(): string {
    const told = { level: 40, time: new Date().toISOString(), name: this.#name, dropped: this.#dropped, msg: 'lines of this log were dropped' };
    return `${JSON.stringify(told)}\n`;
  }
}

/**
 * A pipe or a socket, as Node has those of its own process: what it takes at once is written at once, so that the last line before an end is not lost;
 * the rest waits. An error of the stream is heard elsewhere.
 */
export const streamSink = (stream: Pick<NodeJS.WritableStream, 'write' | 'writable'> & { readonly writableLength: number }): LogSink => ({
  take: (line) => {
    if (!stream.writable || stream.writableLength + line.length > maxWaiting) return false;
    stream.write(line);
    return true;
  },
});

/** A file or a terminal: it takes a line at once, or not at all. Of a line that was cut the rest is lost, and the next begins anew. */
export const fileSink = (file: number, write: (file: number, line: string) => number = writeSync): LogSink => {
  let isCut = false;
  return {
    take: (line) => {
      const whole = isCut ? `\n${line}` : line;
      try {
        const written = write(file, whole);
        if (written > 0) isCut = written < Buffer.byteLength(whole);
        return written > 0 && !isCut;
      } catch {
        return false;
      }
    },
  };
};

/** The standard output of this process. */
export const standardOutput = (): LogSink => {
  const stat = fstatSync(1);
  return stat.isFIFO() || stat.isSocket() ? streamSink(process.stdout) : fileSink(1);
};
