/** Finds the row of the table that a path and a method name (SECURITY H7). Nothing is decoded: no part of any path needs it. */
import type { Route, Routes } from './route.ts';

export interface Found {
  readonly name: string;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** `methods`: what could be asked of this path; none, and there is no such path. */
export type Finding = { readonly found: Found } | { readonly methods: readonly string[] };

const part = '([A-Za-z0-9_-]{1,64})';

export const routeFinder = (routes: Routes): ((method: string, path: string) => Finding) => {
  const rows = Object.entries(routes).map(([name, route]) => {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, param = '']) => param);
    return { name, route, names, form: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, part)}$`) };
  });
  // A path that is written out goes before one with a part to fill in.
  rows.sort((left, right) => left.names.length - right.names.length);
  return (method, path) => {
    const there = rows.filter(({ form }) => form.test(path));
    const row = there.find(({ route }) => route.method === method);
    if (row === undefined) return { methods: [...new Set(there.map(({ route }) => route.method))] };
    const values = row.form.exec(path)?.slice(1) ?? [];
    return { found: { name: row.name, route: row.route, params: Object.fromEntries(row.names.map((name, at) => [name, values[at] ?? ''])) } };
  };
};
