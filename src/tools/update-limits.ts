/** What the options of the program have to know of updates, without what opens them. */

/** A release is a whole number of 32 bits. */
export const mostReleases = 0xffff_ffff;
