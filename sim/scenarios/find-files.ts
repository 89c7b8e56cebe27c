/** Which files are meant by what somebody typed: files, directories of stories, patterns. */
import { globSync, statSync } from 'node:fs';
import { failed, ok, type Result } from '../../src/shared/result.ts';

/** Stories of one run. */
export const maxFiles = 1_000;
const pattern = /[*?[{]/;

/** The files, each once, in the order typed and within a directory by name; or the sentences that say what is not there. */
export const findFiles = (targets: readonly string[]): Result<readonly string[], readonly string[]> => {
  const files = new Set<string>();
  const sentences: string[] = [];
  for (const target of targets) {
    const found = filesOf(target);
    if (found.ok) for (const file of found.value) files.add(file);
    else sentences.push(`${target}: ${found.failure}`);
  }
  if (files.size > maxFiles) sentences.push(`${files.size} stories are more than the ${maxFiles} of one run.`);
  return sentences.length > 0 ? failed(sentences) : ok([...files]);
};

const filesOf = (target: string): Result<readonly string[], string> => {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return storiesIn(`${target.replace(/\/+$/, '')}/**/*.toml`, 'There is no story (*.toml) in this directory.');
  if (found !== undefined) return ok([target]);
  return pattern.test(target) ? storiesIn(target, 'No file fits this pattern.') : failed('There is no such file.');
};

const storiesIn = (glob: string, none: string): Result<readonly string[], string> => {
  const files = globSync(glob).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  return files.length === 0 ? failed(none) : ok(files.toSorted());
};
