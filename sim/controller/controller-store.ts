/** Everything a controller keeps, in one database file: opens it, and shares it among the stores. What each holds stands there. */
import { join } from 'node:path';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { Database } from './database.ts';
import { EventStore } from './event-store.ts';
import { PeopleStore } from './people-store.ts';
import { SecretBox } from './secret-box.ts';
import { SiteStore } from './site-store.ts';

export const controllerFileName = 'controller.db';

export interface ControllerStoreOptions {
  /** Of `controller.db`; it is there already. */
  readonly directory: string;
  /** 32 bytes: opens PINs and keys. Kept apart from the directory, or a copy of the directory is a copy of the site. */
  readonly siteKey: SecretBytes;
  readonly crypto: Crypto;
}

export class ControllerStore {
  readonly site: SiteStore;
  readonly people: PeopleStore;
  readonly events: EventStore;
  readonly #database: Database;

  /** Throws a Fault, as every call to a store does when the disk fails. */
  constructor({ directory, siteKey, crypto }: ControllerStoreOptions) {
    this.#database = new Database(join(directory, controllerFileName));
    const box = new SecretBox(crypto, siteKey);
    this.site = new SiteStore(this.#database, box);
    this.people = new PeopleStore(this.#database, box);
    this.events = new EventStore(this.#database);
  }

  /** All of it in one commit, or none of it. */
  write<Answer>(work: () => Answer): Answer {
    return this.#database.write(work);
  }

  close(): void {
    this.#database.close();
  }
}
