import type { DiversityResult } from '../diversity/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction } from './numbers.ts';
import { runLine } from './run-line.ts';

const METHODS = { mmr: 'MMR, diversity', ssd: 'SSD, γ' } as const;

/** Renders two methods of diversifying a slate, at several strengths. */
export function diversitySection(result: DiversityResult): string {
  const { data, users, settings, parameters } = result;
  const rows = settings.map(({ way, strength, ndcg20, recall20, listDiversity20, slateP50Us }) => [
    `${METHODS[way]} ${strength}`,
    fraction(listDiversity20),
    fraction(ndcg20),
    fraction(recall20),
    slateP50Us.toFixed(0),
  ]);
  return [
    `### ${data}`,
    `${users.toLocaleString('en')} users of ${data}, held-out training rows. Each slate of ${parameters.shown} is picked from the ${parameters.pool} best that the trained ranking serves; diversity is 1 − the mean cosine of centred embeddings over its pairs.`,
    markdownTable(['method', 'diversity@20', 'nDCG@20', 'recall@20', 'µs per slate (p50)'], rows),
    runLine(result),
  ].join('\n\n');
}
