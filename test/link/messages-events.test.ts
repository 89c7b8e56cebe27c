/** Writes docs/event-codes.md from the event catalogue, and fails when the page says something else: a controller is written from documents. */
import { expect, it } from 'vitest';
import { classOf, displayText, eventCodes } from '../../src/access/events.ts';

const page = [
  '# Event codes',
  '',
  'What a reader tells of: the `code` of a journal entry (docs/table-profile.md, section 18). Written from the catalogue by `test/link/messages-events.test.ts`,',
  'which fails when this page is stale; `npx vitest run test/link/messages-events.test.ts --update` writes it anew.',
  '',
  'A code never changes its meaning, and programs compare codes only. The two texts are for people, in the display profiles `genea-2021` and `genea-2025`.',
  'Of the classes, `grant` and `alarm` are never pushed out of a full journal by `deny` or `info`. A controller may meet a code that is not here yet: it',
  'keeps it, and shows it as it is.',
  '',
  '| code | class | genea-2021 | genea-2025 |',
  '|---|---|---|---|',
  ...eventCodes.map((code) => `| \`${code}\` | ${classOf(code)} | ${displayText(code, 'genea-2021')} | ${displayText(code, 'genea-2025')} |`),
];

it('docs/event-codes.md has every code of the catalogue, its class and its texts', async () => {
  await expect(`${page.join('\n')}\n`).toMatchFileSnapshot('../../docs/event-codes.md');
});
