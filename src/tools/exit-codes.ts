/** What the program ends with, for those who run it. 70 and 78 are those of sysexits.h; why it ends is each command's. */
export const exitCodes = { done: 0, refused: 1, usage: 2, fault: 70, settings: 78 } as const;

/** What each tells: the help and docs/commands.md say it in these words. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done; of check, doctor, find and line-test also: nothing is wrong',
  refused: 'refused, and nothing was changed; or check, doctor, find, line-test or listen found something wrong, or was stopped before its end',
  usage: 'the command line cannot be understood, or does not say enough',
  fault: 'a disk or a device failed, or the door has to be started anew, as a service unit does by itself',
  settings: 'the settings file is refused',
};
