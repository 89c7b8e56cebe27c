/** Keeps docs/people-file.md and the help as the table of columns has them. `npx vitest run test/tools/people-page.test.ts -u` writes the page anew. */
import { describe, expect, it } from 'vitest';
import { columnMeanings, peopleExample } from '../../src/tools/people-columns.ts';
import { Workplace } from './workplace.ts';

const at = new Workplace();

const page = (): string => `# The people file

Who may enter at a reader without a controller: a CSV file, one person a line, put in force by

\`\`\`sh
npm run doorpad -- table import people.csv --config /path/to/doorpad.toml
\`\`\`

The file takes the place of everybody who was in force before, at once and while the door runs; when any line is wrong, every
error is listed by line and column, and nothing changes. Keep the file off the reader: it holds PINs, and the reader needs only
what is made of them.

The first line names the columns, in small letters and in any order; only \`person\` is required, and an empty cell says nothing.

| column | what it holds |
|---|---|
${Object.entries(columnMeanings)
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}

For example:

\`\`\`csv
${peopleExample}\`\`\`

Commas separate the columns and the file is UTF-8; a spreadsheet calls that "CSV UTF-8". A cell with a comma in it stands in
double quotes. A card of bits is written as their number, a colon and what they make as a hexadecimal number, the first bit
read being the highest: 26 bits fit in 7 digits. \`npm run doorpad -- events\` shows the last two characters of a card that nobody has.
`;

describe('the page about the people file', () => {
  it('lists every column as the code has it', async () => {
    await expect(page()).toMatchFileSnapshot('../../docs/people-file.md');
  });

  it('says what the help of the import says, whose example is taken', async () => {
    const { out } = await at.run(['table', 'import', '--help']);
    for (const [name, meaning] of Object.entries(columnMeanings)) expect(out).toContain(`${name.padEnd(17)} ${meaning}`);
    expect(out).toContain(peopleExample.trim().split('\n').join('\n  '));
    expect(await at.importPeople(peopleExample)).toMatchObject({ code: 0, err: '' });
  });
});
