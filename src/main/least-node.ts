/** Whether a Node is new enough for the installed program. From sources, test/gates/node-24.mjs sees to it before any TypeScript is read. */

/** package.json asks for it too; npm only warns. */
const leastMajor = 24;

/** Undefined when this version of Node will do (`20.20.2`), otherwise the sentence to print. */
export const complaintAbout = (version: string): string | undefined =>
  Number.parseInt(version, 10) >= leastMajor
    ? undefined
    : `doorpad needs Node ${leastMajor} or later, and this is Node ${version}. Install it from https://nodejs.org.`;
