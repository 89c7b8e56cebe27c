/** Everything a controller keeps, in one database file: opens it, and shares it among the stores. What each holds stands there. */
import { join } from 'node:path';
import type { Crypto } from '../../src/ports/crypto.ts';
import { ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { AuditStore } from './audit-store.ts';
import { BookingStore } from './booking-store.ts';
import { type Access, Database, type Rest } from './database.ts';
import { copyOfDatabase } from './database-copy.ts';
import { EventStore } from './event-store.ts';
import { PeopleStore } from './people-store.ts';
import { PinStore } from './pin-store.ts';
import { ScheduleStore } from './schedule-store.ts';
import { type Secrets, secretsOf } from './secrets.ts';
import { SendingStore } from './sending-store.ts';
import { SettingStore } from './setting-store.ts';
import { SiteStore } from './site-store.ts';
import { UnknownCardStore } from './unknown-card-store.ts';
import { UserStore } from './user-store.ts';

export const controllerFileName = 'controller.db';

export interface ControllerStoreOptions {
  /** Of `controller.db`; it is there already. */
  readonly directory: string;
  /** 32 bytes: opens PINs and keys. Kept apart from the directory, or a copy of the directory is a copy of the site. */
  readonly siteKey: SecretBytes;
  readonly crypto: Crypto;
  /** Between two parts of long work; in virtual time one that waits for promises only. */
  readonly rest?: Rest;
}

/** The stores of one database, or of one commit of it. */
export class Stores {
  readonly site: SiteStore;
  readonly people: PeopleStore;
  readonly pins: PinStore;
  readonly events: EventStore;
  readonly bookings: BookingStore;
  readonly audit: AuditStore;
  readonly settings: SettingStore;
  readonly schedules: ScheduleStore;
  readonly users: UserStore;
  readonly sendings: SendingStore;
  readonly unknownCards: UnknownCardStore;
  readonly secrets: Secrets;
  readonly rest: Rest;

  constructor(access: Access, secrets: Secrets) {
    this.secrets = secrets;
    this.rest = access.rest;
    this.site = new SiteStore(access, secrets.box);
    this.people = new PeopleStore(access, secrets);
    this.pins = new PinStore(access, secrets.tags);
    this.events = new EventStore(access);
    this.bookings = new BookingStore(access);
    this.audit = new AuditStore(access);
    this.settings = new SettingStore(access, secrets.box);
    this.schedules = new ScheduleStore(access);
    this.users = new UserStore(access, secrets.crypto);
    this.sendings = new SendingStore(access, secrets.box);
    this.unknownCards = new UnknownCardStore(access, secrets);
  }
}

/** Every call rejects with a Fault when the disk fails, and resolves once what it changes is on disk. */
export class ControllerStore extends Stores {
  readonly #database: Database;
  readonly #path: string;
  readonly #siteKey: SecretBytes;

  private constructor(database: Database, { directory, siteKey, crypto }: ControllerStoreOptions) {
    super(database, secretsOf(crypto, siteKey));
    this.#database = database;
    this.#path = join(directory, controllerFileName);
    this.#siteKey = siteKey;
  }

  static async open(options: ControllerStoreOptions): Promise<ControllerStore> {
    const database = await Database.open(join(options.directory, controllerFileName), options.rest);
    const store = new ControllerStore(database, options);
    try {
      await store.people.fillTags();
      return store;
    } catch (thrown) {
      await store.close();
      throw thrown;
    }
  }

  /** All that `work` does with the stores it is given in one commit, or none of it. With this store it would wait for itself. */
  write<Answer>(work: (within: Stores) => Promise<Answer>): Promise<Answer> {
    return this.#database.write((access) => work(new Stores(access, this.secrets)));
  }

  /** All that is on disk, between two commits, and the key that opens it. Throws a Fault when the disk fails. */
  copy(maxBytes: number): Result<{ readonly database: Uint8Array; readonly siteKey: SecretBytes }, 'tooLarge'> {
    const copied = copyOfDatabase(this.#path, maxBytes);
    return copied.ok ? ok({ database: copied.value, siteKey: this.#siteKey }) : copied;
  }

  /** Once everything that was asked before is on disk. */
  close(): Promise<void> {
    return this.#database.close();
  }
}
