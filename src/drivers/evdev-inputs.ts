/**
 * The Inputs port on a Linux input device (gpio-keys): which code is the REX, the door contact, the tamper contact, and
 * which way round it is wired. What a contact means for the door is the rules'.
 *
 * Without an EvdevControl the present state cannot be asked: an input counts as inactive until it first changes.
 */
import type { InputName, Inputs, InputsListener } from '../ports/inputs.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { EvdevDevice, EvdevState } from './evdev-device.ts';

export interface InputWiring {
  readonly kind: 'key' | 'switch';
  /** KEY_* or SW_* (include/uapi/linux/input-event-codes.h). */
  readonly code: number;
  /** The value that means active: 1, or 0 for a contact that opens. */
  readonly activeValue: 0 | 1;
}

export type InputWirings = Readonly<Partial<Record<InputName, InputWiring>>>;

export class EvdevInputs implements Inputs {
  readonly #device: EvdevDevice;
  readonly #wirings: readonly (readonly [InputName, InputWiring])[];

  constructor(device: EvdevDevice, wirings: InputWirings) {
    this.#device = device;
    this.#wirings = Object.entries(wirings) as [InputName, InputWiring][];
  }

  listen(listener: InputsListener): Subscription {
    const isActive = new Map<InputName, boolean>();
    const tell = (input: InputName, active: boolean, atMs: number): void => {
      if (isActive.get(input) === active) return;
      isActive.set(input, active);
      listener.changed({ input, isActive: active, atMs });
    };
    return this.#device.listen({
      event: ({ kind, code, value, atMs }) => {
        if (value !== 0 && value !== 1) return;
        for (const [input, wiring] of this.#wirings) {
          if (wiring.kind === kind && wiring.code === code) tell(input, value === wiring.activeValue, atMs);
        }
      },
      resync: (state, atMs) => {
        for (const [input, wiring] of this.#wirings) tell(input, stateOf(input, wiring, state, isActive.get(input)), atMs);
      },
      attached: (isAttached) => listener.attached(isAttached),
    });
  }
}

/** Where it cannot be asked, a contact is as last seen, but a REX is not pressed: one believed pressed would hide a forced door. */
function stateOf(input: InputName, wiring: InputWiring, state: EvdevState | undefined, last = false): boolean {
  if (state === undefined) return last && input !== 'rex';
  const on = wiring.kind === 'key' ? state.keys : state.switches;
  return on.has(wiring.code) === (wiring.activeValue === 1);
}
