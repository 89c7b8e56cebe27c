/** Replaces a private file in a process of its own, so that a test can make its disk fail. Says what came of it. */
import { replacePrivateFileLater } from '../../src/tools/private-files.ts';

const [path = '', content = ''] = process.argv.slice(2);
const outcome = await replacePrivateFileLater(path, content).then(
  () => 'replaced',
  (thrown: unknown) => (thrown as NodeJS.ErrnoException).code,
);
process.stdout.write(String(outcome));
