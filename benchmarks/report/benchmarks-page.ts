import { annSection } from './ann-section.ts';
import type { BenchResult } from './bench-result.ts';
import { diversitySection } from './diversity-section.ts';
import { embeddingSection } from './embedding-section.ts';
import { freshnessSection } from './freshness-section.ts';
import { newItemsSection } from './new-items-section.ts';
import { rankingOverview } from './ranking-overview.ts';
import { rankingSection } from './ranking-section.ts';
import { servingSection } from './serving-section.ts';

const HEAD = `# Benchmarks

Written from \`benchmarks/results/\` by \`npm run bench -- QUESTION\`, which measures, and by \`npm run docs\`; change nothing here by
hand. A loss is stated as plainly as a win. Times depend on the machine that is named below each table. Data sets are not part of
the product: \`npm run bench\` says where to get each one, and finds them in \`KINDRED_DATA\` or by \`--data\`.`;

const QUESTIONS = {
  ranking:
    '## How good is the served ranking?\n\n`npm run bench -- ranking [--all | --data FOLDER | --catalog NAME] [--contender NAME]`: the target is rows that were never imported; every item is ranked for every user, and a hash breaks ties. Kindred is trained on the other rows and asked through the code that serves; each baseline is fitted on the same rows, and chooses its parameters on a part of them.',
  'new-items':
    '## What does showing new items cost the others?\n\n`npm run bench -- new-items`: the trainer boosts new items as far as it estimates a loss of 2 % for the others; here the same weights serve with a larger and a smaller boost.',
  diversity:
    '## What does a diverse slate cost?\n\n`npm run bench -- diversity`: maximal marginal relevance, which serves, against the fast exact form of sliding spectrum decomposition, on the same candidates.',
  ann: '## How much does the index find, and how fast?\n\n`npm run bench -- ann`: recall@10 against a scan of all vectors in double precision; items of equal similarity count as equally good.',
  serving:
    '## How long do answers take?\n\n`npm run bench -- serving`: the real server in a process of its own, over HTTP.',
  freshness:
    '## How soon do recommendations reflect an event?\n\n`npm run bench -- freshness`: the standalone mode, and the distributed mode with a real broker, a real database and one process per service, all on the machine named below, together with the load and the probes.',
  embedding:
    '## What does the product add to the cost of an embedding?\n\n`npm run bench -- embedding`: against transformers.js called in a loop on the same model file, one ONNX thread each.',
} as const satisfies Record<BenchResult['benchmark'], string>;

/** The whole page from all results. Pure: the same results, in any order, give the same text. */
export function benchmarksPage(results: readonly BenchResult[]): string {
  const sections = Object.entries(QUESTIONS).flatMap(([question, head]) => {
    const own = results.filter(({ benchmark }) => benchmark === question);
    if (own.length === 0) return [];
    const overview = rankingOverview(own.filter((result) => result.benchmark === 'ranking'));
    return [
      head,
      ...(overview === undefined ? [] : [overview]),
      ...own.toSorted((a, b) => (a.data < b.data ? -1 : 1)).map(resultSection),
    ];
  });
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

/** Section of the page for one result. */
export function resultSection(result: BenchResult): string {
  switch (result.benchmark) {
    case 'ann':
      return annSection(result);
    case 'diversity':
      return diversitySection(result);
    case 'embedding':
      return embeddingSection(result);
    case 'freshness':
      return freshnessSection(result);
    case 'new-items':
      return newItemsSection(result);
    case 'ranking':
      return rankingSection(result);
    case 'serving':
      return servingSection(result);
    default:
      return result satisfies never;
  }
}
