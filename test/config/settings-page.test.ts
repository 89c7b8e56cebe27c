/** Keeps docs/settings.md and the example file as the table of settings has them. `npx vitest run test/config -u` writes them anew. */
import { describe, expect, it } from 'vitest';
import { mustBeSaid, type Setting } from '../../src/config/setting.ts';
import { sectionNames, sections } from '../../src/config/settings.ts';
import { readConfig } from '../../src/config.ts';
import { exampleSettings } from '../../src/tools/example-settings.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const defaultOf = ({ byDefault }: Setting<unknown>): string => {
  if (byDefault === mustBeSaid) return '**must be said**';
  return byDefault === undefined ? 'left out' : `\`${JSON.stringify(byDefault)}\``;
};

const settingsPage = (): string => {
  const parts = sectionNames.map((section) => {
    const { meaning, settings } = sections[section];
    const rows = Object.entries(settings).map(([key, row]) => {
      const setting = row as unknown as Setting<unknown>;
      return `| \`${key}\` | ${defaultOf(setting)} | ${cell(setting.allowed)} | ${cell(setting.weaker.when)} | ${cell(setting.meaning)} |`;
    });
    return `## [${section}]\n\n${meaning}\n\n| setting | default | allowed | weaker | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Settings

A reader takes its settings from one TOML file, \`/boot/firmware/doorpad.toml\` unless \`--config\` names another, so that
any laptop can edit them on the card. A file that is wrong is refused whole, with every error at once, by line and key;
the reader then goes on with the last settings that were in order. Units end the names. [doorpad.example.toml](doorpad.example.toml)
is a file to start from. What a door does with a file, in sentences, or everything that is wrong with it:

\`\`\`sh
npm run doorpad -- check --config /path/to/doorpad.toml
\`\`\`

Under *weaker* stands which change of a setting lets in more people, for longer or with less trace; nothing stands there where none does. Each is an
event. At a reader that has the keys of a site (\`doorpad install-keys\`) a file with such a change is not obeyed: the door goes on with the settings it
last ran with, all of them, and says so (event \`settings.refused\`, an alarm at the controller). Somebody at the controller accepts what waits
(\`accept-settings READER\`), and the door starts anew with it; or the file is put back. The first file after the keys were installed is taken as it is.
A reader without keys, or with keys of its own, takes every file that is in order.

${parts.join('\n')}`;
};

describe('the pages about settings', () => {
  it('list every setting as the code has it', async () => {
    await expect(settingsPage()).toMatchFileSnapshot('../../docs/settings.md');
  });

  it('include an example file, which is in order and says nothing but defaults', async () => {
    await expect(exampleSettings()).toMatchFileSnapshot('../../docs/doorpad.example.toml');
    const [example, least] = [readConfig(exampleSettings()), readConfig('door.strike = "relay"')];
    expect(example).toEqual(least);
  });

  it('include an example file that is in order with every comment taken off', () => {
    const whole = exampleSettings().replaceAll(/^# ([a-zA-Z]+ = .+)$/gm, '$1');
    expect(whole).not.toBe(exampleSettings());
    expect(readConfig(whole)).toEqual(readConfig('door.strike = "relay"'));
  });
});
