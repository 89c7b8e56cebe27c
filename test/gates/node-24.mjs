/**
 * Loaded before any TypeScript file of a script, in plain JavaScript so that an old Node can read it: says in a sentence what an
 * old Node would only say as a syntax or extension error.
 */
import process from 'node:process';

export const leastMajor = 24;

/**
 * Undefined when this version of Node will do (`20.20.2`), otherwise the sentence to print.
 *
 * @param {string} version
 * @returns {string | undefined}
 */
export const complaintAbout = (version) =>
  Number.parseInt(version, 10) >= leastMajor
    ? undefined
    : `doorpad needs Node ${leastMajor} or later, and this is Node ${version}. On Linux, \`npm ci --ignore-scripts\` brings Node ${leastMajor} along ` +
      'unless optional dependencies are left out; elsewhere install it from https://nodejs.org.';

const complaint = complaintAbout(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
