/** `npm run keypad`: a door to try in a terminal, with three people to be. Which keys there are is keys.ts's, what is drawn face.ts's. */
import { parseArgs } from 'node:util';
import { type Mode, modes } from '../../src/access/mode.ts';
import { defaultMode, runTerminal } from './run.ts';

const usage = `Usage: npm run keypad -- [--mode MODE]

A simulated door in the terminal. MODE is one of ${modes.join(', ')} (${defaultMode} if left out).
Type a PIN and #, or hold up a card with a, b or c. With input from a pipe, each event is a line:
  echo '0417#' | npm run --silent keypad
`;

const isMode = (text: string): text is Mode => (modes as readonly string[]).includes(text);

/** `refused`: the sentence that names the mistake. */
const asked = (args: readonly string[]): { readonly mode: Mode } | 'help' | { readonly refused: string } => {
  try {
    const { values } = parseArgs({ args: [...args], options: { mode: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) return 'help';
    const mode = values.mode ?? defaultMode;
    return isMode(mode) ? { mode } : { refused: `There is no mode ${JSON.stringify(mode)}.` };
  } catch (thrown) {
    return { refused: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

const request = asked(process.argv.slice(2));
if (request === 'help') {
  process.stdout.write(usage);
} else if ('refused' in request) {
  process.stderr.write(`${request.refused}\n\n${usage}`);
  process.exitCode = 2;
} else {
  await runTerminal(request.mode);
  process.exit(0);
}
