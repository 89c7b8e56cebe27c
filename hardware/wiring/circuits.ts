/** What stands behind the parts: the line from end to end, and the circuit of the lock. Data alone; test/hardware draws it. */

export interface LineUnit {
  readonly title: string;
  readonly detail: string;
  /** 120 Ω between A and B. */
  readonly isTerminated: boolean;
  /** Where the shield is grounded: at one place. */
  readonly isGrounded: boolean;
}

/** In the order in which the cable reaches them. */
export const lineUnits: readonly LineUnit[] = [
  { title: 'controller', detail: 'first on the cable', isTerminated: true, isGrounded: true },
  { title: 'reader', detail: 'address 1', isTerminated: false, isGrounded: false },
  { title: 'reader', detail: 'address 2', isTerminated: false, isGrounded: false },
  { title: 'reader', detail: 'last on the cable', isTerminated: true, isGrounded: false },
];

export interface Element {
  readonly title: string;
  readonly detail: string;
  /** Wired across it. */
  readonly across?: { readonly title: string; readonly detail: string };
}

export interface Circuit {
  readonly file: string;
  readonly title: string;
  readonly words: string;
  /** From plus to minus of the lock's own supply, all of it on the secure side but the lock. */
  readonly chain: readonly Element[];
}

const fuse: Element = { title: 'fuse', detail: 'beside the supply' };
const diode = { title: 'diode', detail: 'ring to +' };

export const circuits: readonly Circuit[] = [
  {
    file: 'fail-secure',
    title: 'Fail-secure strike',
    words: 'Current opens it. The handle inside opens the door without any current; the button only spares a hand.',
    chain: [
      fuse,
      { title: 'relay, NO', detail: 'closes to open', across: { title: 'exit button, NO', detail: 'inside' } },
      { title: 'strike', detail: 'in the frame', across: diode },
    ],
  },
  {
    file: 'fail-safe',
    title: 'Fail-safe lock, or magnet',
    words: 'Current holds it. Whatever breaks the circuit opens: the fire alarm, the break-glass unit, the button, a fuse.',
    chain: [
      fuse,
      { title: 'fire alarm, NC', detail: 'in an alarm' },
      { title: 'break-glass, NC', detail: 'at the exit' },
      { title: 'exit button, NC', detail: 'inside' },
      { title: 'relay, NC', detail: 'opens to open' },
      { title: 'lock, magnet', detail: 'holds the door', across: diode },
    ],
  },
];
