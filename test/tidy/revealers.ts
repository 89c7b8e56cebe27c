/** Who may open a PIN, a card or a key, and why: the one list a reviewer of secrets has to read. */

interface Revealer {
  /** A file from the root. */
  readonly path: string;
  readonly reason: string;
}

export const revealers: readonly Revealer[] = [
  { path: 'src/shared/secret-bytes.ts', reason: 'defines the secret' },
  { path: 'src/access/pin.ts', reason: 'defines the PIN' },
  { path: 'src/access/card.ts', reason: 'defines the card' },
  { path: 'src/drivers/node-crypto.ts', reason: 'computes with keys' },
  { path: 'src/table/tags.ts', reason: 'makes the tag of a PIN or a card' },
  { path: 'src/store/table-store.ts', reason: 'hands the table key to its own thread' },
  { path: 'src/tools/key-store.ts', reason: 'writes the keys of a reader to their file' },
  { path: 'src/tools/provision-bundle.ts', reason: 'seals the keys of a reader under a code, and shows the code once' },
  { path: 'src/tools/provision-site.ts', reason: 'writes the keys of a site to the file of its controller' },
  { path: 'src/reader/enrolment.ts', reason: 'sends up a card that nobody has, by order' },
  { path: 'src/osdp/scbk.ts', reason: 'judges keys and writes one into KEYSET' },
  { path: 'sim/controller/secret-box.ts', reason: 'seals PINs, card numbers and keys for the database of a controller' },
  { path: 'sim/controller/rules/pin-rules.ts', reason: 'judges whether a PIN is among the first that anybody guesses' },
  { path: 'sim/controller/calls/shown-pin.ts', reason: 'shows a PIN to a manager or its person who asked, audited before' },
  { path: 'sim/controller/notices/notice-text.ts', reason: 'puts a PIN into an email whose template a manager allowed to hold it, audited' },
  { path: 'sim/controller/people-file-text.ts', reason: 'writes PINs and card numbers into a people file for a manager who asked, audited before' },
  { path: 'sim/controller/backup.ts', reason: 'puts the keys of a site into a backup, sealed under a password' },
  { path: 'sim/processes/controller-desk.ts', reason: 'shows a PIN that was just made to whoever asked for it at the terminal' },
  { path: 'sim/processes/restore.ts', reason: 'makes the public half of the authority of a backup' },
  { path: 'sim/processes/site-files.ts', reason: 'writes the key of a database that was restored beside its site' },
  { path: 'sim/bench/recorded-people.ts', reason: 'writes the PINs of a simulated door into its story' },
];

export const isRevealer = (path: string): boolean => revealers.some((revealer) => revealer.path === path);
