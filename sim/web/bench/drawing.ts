/** What a drawn region of a machine is: made by the build, shown by state-diagram.tsx. Lengths are in units of the drawing. */

export interface Box {
  /** Where the state stands, as the bench names it: `reader.entry.typing`. */
  readonly state: string;
  readonly words: string;
  /** What the state is, in a sentence. */
  readonly says: string;
  /** The one that the region begins in, where nothing is going on. */
  readonly isRest: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Corners, from the first to the one with the arrow's head. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface RegionDrawing {
  readonly title: string;
  readonly says: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}
