import { itemSchema } from '@kindred/shared/catalog';
import { fieldProblems } from '@kindred/shared/platform/http/parse';
import type { FieldProblem } from '@kindred/shared/problem';
import type { RowTally } from './row-tally.ts';
import type { ItemRow, SourceFile } from './source.ts';

/**
 * Checks a source's items as the API would, and streams the good ones as the content of `items.jsonl.gz`, many lines at
 * a time.
 * @param ids  Takes the id of every good item, in the file's order. Memory: about 100 bytes per item.
 * @throws {DataError} when most rows are bad, or there are none.
 */
export async function* itemsContent(
  items: SourceFile<ItemRow>,
  { ids, tally }: { readonly ids: Set<string>; readonly tally: RowTally },
): AsyncGenerator<string> {
  for await (const rows of items.rows()) {
    let lines = '';
    for (const row of rows) {
      const problem = 'problem' in row ? row.problem : problemOf(row.fields, ids);
      if (problem !== undefined) tally.addBad(row.line, problem);
      else if ('fields' in row) {
        tally.good++;
        lines += `${JSON.stringify(row.fields)}\n`;
      }
    }
    tally.endBatch();
    if (lines !== '') yield lines;
  }
  tally.end();
}

/** Checks an item; adds the id of a good one. */
function problemOf(fields: Readonly<Record<string, unknown>>, ids: Set<string>): FieldProblem | undefined {
  const parsed = itemSchema.safeParse(fields);
  if (!parsed.success) return fieldProblems(parsed.error)[0];
  if (ids.has(parsed.data.id)) return { field: 'id', reason: 'is there already' };
  // A copy, because a part of a string keeps the whole text that it was cut from in memory.
  ids.add(Buffer.from(parsed.data.id).toString());
  return undefined;
}
