/** What the two processes of the bench end with: 0 done, 2 wrong use or a file that is wrong. A fault of the disk is for whoever started them. */
export const processCodes = { done: 0, usage: 2 } as const;
