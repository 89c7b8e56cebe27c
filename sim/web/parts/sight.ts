/** Which rows of a long table are in sight. Pure; drawing them is rows.tsx's. */

/** Rows from `from` up to, and without, `until`. */
export interface Sight {
  readonly from: number;
  readonly until: number;
}

/** Drawn above and below, so that a quick hand sees no hole. */
const beyond = 12;

/** Lengths in pixels. Begins at an even row, so that stripes stay where they are. */
export const sightOf = (scrolled: number, height: number, count: number, rowHeight: number): Sight => {
  const first = Math.floor(scrolled / rowHeight) - beyond;
  const last = Math.ceil((scrolled + height) / rowHeight) + beyond;
  const from = Math.max(0, Math.min(count, first));
  return { from: from - (from % 2), until: Math.max(0, Math.min(count, last)) };
};
