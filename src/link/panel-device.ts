/** What this reader says it is on the line (PDID, PDCAP), by who decides (DESIGN R17, docs/decisions/0017-who-decides.md). The session answers with it. */
import type { PdDescription } from '../osdp/pd-device.ts';
import type { Color } from '../osdp/records.ts';
import type { Colour } from '../ports/lights.ts';
import type { DecidesSetting } from './who-decides.ts';

/** What OSDP's colours are on the light bar. */
const colours: { readonly [Name in Color]: Colour } = {
  black: 'off',
  red: 'red',
  green: 'green',
  amber: 'amber',
  blue: 'blue',
  magenta: 'violet',
  // It has none, and the description says so: a record that asks for it is refused.
  cyan: 'off',
  white: 'white',
};

export const colourOf = (color: Color): Colour => colours[color];

const shown: readonly Color[] = ['red', 'green', 'amber', 'blue', 'magenta', 'white'];

/** The device itself: what no setting of the line changes. */
export type ReaderMake = Pick<PdDescription, 'identity' | 'extended' | 'cuid' | 'baudRates' | 'receiveBytes' | 'readsCards' | 'inputs'>;

/**
 * `inForce`: as who-decides.ts's `settingInForce` says. Where this reader decides, the strike is no output of the line, and green, the colour of
 * a grant, is not the line's to show.
 */
export const describeReader = (make: ReaderMake, inForce: DecidesSetting): PdDescription => ({
  ...make,
  readers: 1,
  leds: 1,
  colors: shown.filter((color) => inForce !== 'reader' || color !== 'green'),
  hasBuzzer: true,
  outputs: inForce === 'reader' ? 0 : 1,
  canInvertOutputs: false,
});
