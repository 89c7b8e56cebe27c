/** Links between documents: the file a link names exists, and so does the heading. Links to other sites are left alone. */
import { posix } from 'node:path';
import { lineAt, type Source } from './source.ts';

/** The anchor a heading gets on the usual forges: lower case, no punctuation, spaces as hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/`|\*|\[|\]\([^)]*\)/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const headingsOf = (text: string): string[] => [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => anchorOf(match[1] ?? ''));

const withoutCode = (text: string): string => text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replaceAll(/[^\n]/g, ' '));

/** Links of this document that lead nowhere. `read` gives a file's text, and throws when there is none. */
export function brokenLinks(document: Source, read: (path: string) => string): string[] {
  const text = withoutCode(document.text);
  return [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].flatMap((match) => {
    const link = match[1] ?? '';
    if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
    const [file = '', anchor] = link.split('#', 2);
    const path = file === '' ? document.path : posix.join(posix.dirname(document.path), file);
    const at = `${document.path}:${lineAt(text, match.index)}`;
    let target: string;
    try {
      target = read(path);
    } catch (thrown) {
      return thrown instanceof Error && 'code' in thrown && thrown.code === 'EISDIR' ? [] : [`${at} links to ${path}, which does not exist`];
    }
    return anchor === undefined || headingsOf(target).includes(anchor) ? [] : [`${at} links to #${anchor}, a heading ${path} lacks`];
  });
}
