/** Settings of a site by name: values that JSON can say, and texts that are sealed. Which there are, and what they default to, is the desk's that reads them. */
import { Fault } from '../../src/shared/faults.ts';
import type { Access } from './database.ts';
import type { SecretBox } from './secret-box.ts';

const placeOf = (key: string): string => `doorpad/controller/setting/${key}`;

export class SettingStore {
  readonly #access: Access;
  readonly #box: SecretBox;

  constructor(access: Access, box: SecretBox) {
    this.#access = access;
    this.#box = box;
  }

  /** As it was put; undefined: never. Whoever asks checks its shape. */
  async get(key: string): Promise<unknown> {
    const row = await this.#access.sql.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  async put(key: string, value: Json): Promise<void> {
    const text = JSON.stringify(value);
    await this.#access.sql
      .insertInto('setting')
      .values({ key, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute();
  }

  async remove(key: string): Promise<void> {
    await this.#access.sql.deleteFrom('setting').where('key', '=', key).execute();
  }

  /** A text that was sealed; undefined: never. Rejects with a Fault `disk.damaged` when another site key sealed it. */
  async secret(key: string): Promise<string | undefined> {
    const sealed = await this.get(key);
    if (sealed === undefined) return undefined;
    const text = typeof sealed === 'string' ? this.#box.openText(placeOf(key), Uint8Array.from(Buffer.from(sealed, 'base64'))) : undefined;
    if (text === undefined) throw new Fault('disk.damaged', 'a setting in the database was not sealed with the key of this site');
    return text;
  }

  putSecret(key: string, text: string): Promise<void> {
    return this.put(key, Buffer.from(this.#box.sealText(placeOf(key), text)).toString('base64'));
  }
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
