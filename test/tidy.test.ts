/** The test of the code base itself: every rule of test/tidy holds in every file, and finds the fault planted for it. */
import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, importTable } from './tidy/imports.ts';
import { brokenLinks } from './tidy/links.ts';
import { revealers } from './tidy/revealers.ts';
import { rules } from './tidy/rules.ts';
import { filesBelow, readText, root, sourceAt, sourceOf } from './tidy/source.ts';

const textual = /\.(?:m?ts|tsx|md|json|jsonc|toml|sh|css|html|dts|dtso|service|txt)$/;
const topLevel = readdirSync(root);
const rootFiles = topLevel.filter((name) => textual.test(name) && name !== 'package-lock.json');
const paths = [...rootFiles, '.ci/run', ...filesBelow('src', 'sim', 'test', 'hardware', 'docs').filter((path) => textual.test(path))];
const sources = paths.map((path) => sourceAt(path));

describe('every file', () => {
  for (const rule of rules) {
    it(rule.name, () => {
      const findings = sources
        .filter(({ path }) => rule.isFor(path))
        .flatMap((source) => rule.check(source).map(({ line, sentence }) => `${source.path}:${line} ${sentence}`));
      expect(findings).toEqual([]);
    });
  }
});

describe('a planted fault is found by the rule that every file', () => {
  for (const rule of rules) {
    it(rule.name, () => {
      expect(rule.isFor(rule.planted.path)).toBe(true);
      expect(rule.check(sourceOf(rule.planted.path, rule.planted.text))).toHaveLength(1);
    });
  }
});

describe('the import table', () => {
  const importRule = rules[0];
  const findings = (path: string, text: string): readonly string[] => importRule?.check(sourceOf(path, text)).map(({ sentence }) => sentence) ?? [];

  it.each([
    ['src/shared/a.ts', '../ports/clock.ts'],
    ['src/ports/a.ts', 'xstate'],
    ['src/access/a.ts', '../osdp/frame.ts'],
    ['src/access/a.ts', '../table/tag.ts'],
    ['src/access/a.ts', '../journal/event.ts'],
    ['src/access/a.ts', 'node:timers'],
    ['src/osdp/a.ts', '../access/pin.ts'],
    ['src/osdp/a.ts', '../ports/clock.ts'],
    ['src/table/a.ts', '../drivers/node-crypto.ts'],
    ['src/table/a.ts', 'node:sqlite'],
    ['src/journal/a.ts', '../osdp/frame.ts'],
    ['src/store/a.ts', '../access/pin.ts'],
    ['src/store/a.ts', '../osdp/frame.ts'],
    ['src/config.ts', './drivers/line.ts'],
    ['src/config/settings.ts', '../access/budget.ts'],
    ['src/tools/a.ts', '../boot.ts'],
    ['src/tools/a.ts', '../../sim/door.ts'],
    ['src/link/a.ts', '../access/pin.ts'],
    ['src/link/a.ts', '../drivers/line.ts'],
    ['src/drivers/a.ts', '../access/pin.ts'],
    ['src/drivers/a.ts', '../journal/event.ts'],
    ['src/reader.ts', './drivers/line.ts'],
    ['src/reader/a.ts', '../store/store.ts'],
    ['src/reader.ts', 'node:fs'],
    ['src/boot.ts', '../sim/door.ts'],
    ['src/main.ts', '../test/tidy.ts'],
    ['sim/door.ts', '../src/drivers/serial-link.ts'],
    ['sim/door.ts', '../src/boot.ts'],
    ['sim/line/wire.ts', '../../src/drivers/inputs.ts'],
    ['sim/door.ts', '../test/tidy.ts'],
    ['src/elsewhere/a.ts', '../shared/result.ts'],
  ])('refuses %s an import of %s', (path, specifier) => {
    expect(findings(path, `import { a } from '${specifier}';`)).toHaveLength(1);
  });

  it.each([
    ['src/osdp/a.ts', '../ports/crypto.ts'],
    ['src/table/a.ts', '../access/pin.ts'],
    ['src/store/a.ts', '../journal/event.ts'],
  ])('allows %s the types of %s and nothing that runs', (path, specifier) => {
    expect(findings(path, `import type { a } from '${specifier}';`)).toEqual([]);
    expect(findings(path, `export type { a } from '${specifier}';`)).toEqual([]);
    expect(findings(path, `import { type a } from '${specifier}';`)).toHaveLength(1);
    expect(findings(path, `export { a } from '${specifier}';`)).toHaveLength(1);
    expect(findings(path, `import '${specifier}';`)).toHaveLength(1);
    expect(findings(path, `const a = await import('${specifier}');`)).toHaveLength(1);
    expect(findings(path, `const a = new URL('${specifier}', import.meta.url);`)).toHaveLength(1);
  });

  it('allows a real port the serial link, and the bench the store', () => {
    expect(findings('sim/line/port.ts', "import { SerialLink } from '../../src/drivers/serial-link.ts';")).toEqual([]);
    expect(findings('sim/door.ts', "import { open } from '../src/store/store.ts';")).toEqual([]);
  });

  it('reads no import from a comment, a string or a template', () => {
    const text =
      "// import { a } from 'a';\n/* import 'b' */ const c = `import 'c' ${`import('d')`}`;\nconst e = \"import 'e'\"; const f = /import 'f'/;";
    expect(importsOf(sourceOf('src/a.ts', text))).toEqual([]);
  });

  it('reads imports over several lines, after templates and regular expressions', () => {
    const text = "const a = `${{ b: '}' }.b}` + /[/'\"`]/.source;\nimport {\n  c,\n} from '../d.ts';\n";
    expect(importsOf(sourceOf('src/access/a.ts', text))).toEqual([{ target: 'src/d', isType: false, line: 2 }]);
  });

  it('has rows for parts that are all still meant to exist', () => {
    expect(new Set(importTable.map(({ part }) => part)).size).toBe(importTable.length);
  });
});

describe('the list of those who may open a secret', () => {
  it('names only files that still do', () => {
    expect(revealers.map(({ path }) => path).filter((path) => !existsSync(posix.join(root, path)) || !/\breveal\s*\(/.test(readText(path)))).toEqual(
      [],
    );
  });
});

describe('the documents', () => {
  const documents = sources.filter(({ path }) => path.endsWith('.md'));

  it('link only to what exists', () => {
    expect(documents.flatMap((document) => brokenLinks(document, readText))).toEqual([]);
  });

  it('and their comments in code name only documents that exist', () => {
    const named = sources
      .filter(({ path }) => !path.startsWith('test/'))
      .flatMap(({ path, text }) => [...text.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map((match) => `${path}: ${match[0]}`));
    expect(named.filter((mention) => !paths.includes(mention.split(': ')[1] ?? ''))).toEqual([]);
  });

  it('are checked by a rule that finds a missing file and a missing heading', () => {
    const planted = sourceOf('docs/a.md', '# One\n[a](b.md) [c](#two) [d](#one) [e](https://example.org) `[f](g.md)`\n');
    const readOnlyA = (path: string): string => (path === 'docs/a.md' ? planted.text : readText(path));
    expect(brokenLinks(planted, readOnlyA)).toEqual([
      'docs/a.md:2 links to docs/b.md, which does not exist',
      'docs/a.md:2 links to #two, a heading docs/a.md lacks',
    ]);
  });
});

describe('the top level', () => {
  it('holds what it is meant to hold and nothing else', () => {
    const meant = /^(?:src|sim|test|hardware|docs|\.ci|\.git|node_modules|out|dist|coverage|\.cache)$/;
    const files =
      /^(?:package\.json|package-lock\.json|tsconfig\.json|biome\.json|\.oxlintrc\.json|vitest\.config\.ts|\.editorconfig|\.npmrc|\.gitignore|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/;
    expect(topLevel.filter((name) => !meant.test(name) && !files.test(name))).toEqual([]);
  });
});
