/** What the reader's unit is open to, by systemd's own count: 0 nothing, 10 everything. What the unit says is systemd/doorpad.service's. */
import { join } from 'node:path';
import { hardware, run } from './host.ts';

/** More ends the build. */
const maxExposure = 1.5;

export const judgeUnit = (): string => {
  const unit = join(hardware, 'systemd', 'doorpad.service');
  const said = run('systemd-analyze', ['security', '--offline=yes', '--no-pager', `--threshold=${maxExposure * 10}`, unit]);
  return `exposure ${/: ([\d.]+) /.exec(said.split('\n').find((line) => line.includes('Overall')) ?? '')?.[1]}, at most ${maxExposure}`;
};
