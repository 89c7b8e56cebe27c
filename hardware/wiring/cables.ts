/** How long a cable may be before too much of its voltage is lost in it. Figures of copper; which cable to take is the installer's. */

/** Of copper at 20 °C, 0.0172, and a tenth more for a warm duct; Ω mm² / m. */
const resistivity = 0.019;

/** One conductor, in mm²; AWG 24 is that of a network cable. */
export const conductors = [
  { title: 'AWG 24', area: 0.205 },
  { title: '0.5 mm²', area: 0.5 },
  { title: '0.75 mm²', area: 0.75 },
  { title: '1.5 mm²', area: 1.5 },
] as const;

export interface Load {
  readonly title: string;
  readonly volts: number;
  readonly amperes: number;
  /** That may be lost on the way there and back. */
  readonly dropVolts: number;
}

/** Of a board: from 5.1 V down to 4.85 V, which is above where it warns, at 4.63 V. Of locks: a tenth. */
export const loads: readonly Load[] = [
  { title: 'board, 1 A', volts: 5.1, amperes: 1, dropVolts: 0.25 },
  { title: 'strike, 0.25 A', volts: 12, amperes: 0.25, dropVolts: 1.2 },
  { title: 'strike or magnet, 0.5 A', volts: 12, amperes: 0.5, dropVolts: 1.2 },
  { title: 'strike, 0.25 A', volts: 24, amperes: 0.25, dropVolts: 2.4 },
  { title: 'reader with a 12 V supply, 0.5 A', volts: 12, amperes: 0.5, dropVolts: 2.4 },
];

/** Metres of cable, one way: the current goes there and comes back. */
export const longestMetres = ({ amperes, dropVolts }: Load, area: number): number => (dropVolts * area) / (2 * resistivity * amperes);
