/** What every port that reports hands out: how to make it stop. */

export interface Subscription {
  /** No report comes after it. Calling it again does nothing. */
  stop(): void;
}
