/** What can be said to `npm start`. What comes of it is bench.ts's, which is loaded only then. */

export interface BenchOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly data?: string;
  /** Begins anew, with nothing of before. */
  readonly fresh?: boolean;
}

export const defaultBenchPort = 8_470;
