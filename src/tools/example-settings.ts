/** Writes a settings file that names every setting with its meaning and default: what an installer starts from. */
import { mustBeSaid, type Setting } from '../config/setting.ts';
import { sectionNames, sections } from '../config/settings.ts';

const width = 100;

/** TOML that reads as the defaults; what has no default is said, everything else stands in comments. */
export const exampleSettings = (): string => {
  const parts = sectionNames.map((section) => {
    const { meaning, settings } = sections[section];
    const rows = Object.entries(settings).map(([key, row]) => exampleOf(key, row as unknown as Setting<unknown>));
    return `${comment(meaning)}[${section}]\n\n${rows.join('\n')}`;
  });
  const head = comment(
    'Settings of a doorpad reader. Every setting is here; a line that begins with # is not in force, and shows the default. "doorpad check --config FILE" says what a door does with its settings, and what is wrong with them.',
  );
  return `${head}\n${parts.join('\n\n')}`;
};

const exampleOf = (key: string, { meaning, allowed, byDefault }: Setting<unknown>): string => {
  const said = `${comment(meaning)}${comment(`Allowed: ${allowed}.`)}`;
  if (byDefault === mustBeSaid) return `${said}${key} = ${allowed.split(', ')[0]}\n`;
  return `${said}# ${byDefault === undefined ? `(${key} is left out)` : `${key} = ${JSON.stringify(byDefault)}`}\n`;
};

const comment = (text: string): string => {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
};
