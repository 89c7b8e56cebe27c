/** What the program ends with, for those who run it. 70 and 78 are those of sysexits.h; why it ends is each command's. */
export const exitCodes = { done: 0, refused: 1, usage: 2, fault: 70, settings: 78 } as const;
