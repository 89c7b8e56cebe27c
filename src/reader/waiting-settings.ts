/** Settings that weaken the door and wait for a signed order (DESIGN §2): what the reader knows of them. Which they are, and where they wait, is boot's. */
export interface WaitingSettings {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** On disk when this resolves: the next start takes settings of this hash, and is asked for. Rejects with a Fault, and nothing is accepted then. */
  accept(): Promise<void>;
}
