import type { InteractionTable } from '@kindred/cli/dataset-folder/interaction-table';

/** A table of these rows, positive from 4 on. */
export function tableOf(rows: readonly (readonly [user: string, item: string, value: number])[]): InteractionTable {
  const users = [...new Set(rows.map(([user]) => user))];
  const items = [...new Set(rows.map(([, item]) => item))];
  return {
    info: { name: 'made-up', positive: { valueAtLeast: 4 }, time: false, files: { 'train.tsv.gz': '0'.repeat(64) } },
    users,
    items,
    userOf: Int32Array.from(rows, ([user]) => users.indexOf(user)),
    itemOf: Int32Array.from(rows, ([, item]) => items.indexOf(item)),
    values: Float32Array.from(rows, ([, , value]) => value),
  };
}
