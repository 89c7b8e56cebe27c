/** `npm start`: a door to try in a terminal, with three people to be. Which keys there are is keys.ts's, what is drawn face.ts's. */
import { parseArgs } from 'node:util';
import { type Mode, modes } from '../../src/access/mode.ts';
import { defaultMode, runTerminal } from './run.ts';

const usage = `Usage: npm start -- [--mode MODE]

A simulated door in the terminal. MODE is one of ${modes.join(', ')} (${defaultMode} if left out).
Type a PIN and #, or hold up a card with a, b or c. With input from a pipe, each event is a line:
  echo '0417#' | npm start
`;

const isMode = (text: string): text is Mode => (modes as readonly string[]).includes(text);

const modeFrom = (args: readonly string[]): Mode | 'help' | undefined => {
  try {
    const { values } = parseArgs({ args: [...args], options: { mode: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) return 'help';
    const mode = values.mode ?? defaultMode;
    return isMode(mode) ? mode : undefined;
  } catch {
    return undefined;
  }
};

const mode = modeFrom(process.argv.slice(2));
if (mode === 'help') {
  process.stdout.write(usage);
} else if (mode === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  await runTerminal(mode);
  process.exit(0);
}
