/** The table of everything that is looked at without a person, in the order in which it is said. */

import type { Check } from './doctor.ts';
import { boardChecks } from './doctor-board.ts';
import { deviceChecks } from './doctor-devices.ts';
import { diskChecks } from './doctor-disk.ts';
import { readerChecks } from './doctor-reader.ts';
import { updateChecks } from './doctor-update.ts';

export const doctorChecks: readonly Check[] = [...deviceChecks, ...readerChecks, ...diskChecks, ...boardChecks, ...updateChecks];

/** Those of the self-test at each start. */
export const startChecks: readonly Check[] = doctorChecks.filter(({ needs }) => needs === 'start');
