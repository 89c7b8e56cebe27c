/** Catches everything that leaves a part of the program, with the name of where it was caught. What must not be in it is the scanner's. */
import { type Hit, printed, type Scanner } from './scan.ts';

export class Net {
  readonly #caught = new Map<string, Uint8Array[]>();

  /** Text and bytes as they are; anything else as every way of printing it shows it. */
  add(place: string, output: unknown): void {
    const bytes = output instanceof Uint8Array ? Uint8Array.from(output) : Buffer.from(typeof output === 'string' ? output : printed(output));
    const pieces = this.#caught.get(place);
    if (pieces === undefined) this.#caught.set(place, [bytes]);
    else pieces.push(bytes);
  }

  get bytes(): number {
    return [...this.#caught.values()].flat().reduce((sum, { length }) => sum + length, 0);
  }

  hits(scanner: Scanner): readonly Hit[] {
    return [...this.#caught].flatMap(([place, pieces]) => scanner.hits(place, Buffer.concat(pieces.flatMap((piece) => [piece, Buffer.from('\n')]))));
  }

  /** The same object, with what goes into each call and what comes out of it caught. `fail` may throw in its place. */
  around<Part extends object>(place: string, part: Part, fail: (call: string, values: readonly unknown[]) => void = () => undefined): Part {
    const caught = (call: string, output: unknown): void => {
      if (output !== undefined) this.add(`${place}.${call}`, output);
    };
    return new Proxy(part, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        const call = String(name);
        return (...values: readonly unknown[]): unknown => {
          for (const value of values) if (typeof value !== 'function') catchValue(value, (inner) => caught(call, inner));
          fail(call, values);
          const result: unknown = Reflect.apply(method, target, values);
          if (result instanceof Promise)
            result.then(
              (value) => caught(call, value),
              (thrown: unknown) => caught(call, thrown),
            );
          else caught(call, result);
          return result;
        };
      },
    });
  }
}

/** The value itself, and all bytes in it as they are: a disk sees bytes, not how they print. */
const catchValue = (value: unknown, take: (inner: unknown) => void): void => {
  take(value);
  const walk = (inner: unknown): void => {
    if (inner instanceof Uint8Array) take(inner);
    else if (typeof inner === 'object' && inner !== null) for (const part of Object.values(inner)) walk(part);
  };
  if (!(value instanceof Uint8Array)) walk(value);
};
