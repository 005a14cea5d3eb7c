import type { ApiText } from './api-texts.ts';
import type { DocComment } from './doc-comments.ts';
import { type HouseMeasures, headlessShare } from './house-measures.ts';

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 300;
/** A share of all doc comments, and of all API texts; the measured ones must be below it. */
const HEADLESS_SHARE_MAX = 0.02;
const SHOWN_SENTENCES_MAX = 20;

/** Least test lines per source line, by workspace. */
const TEST_RATIO_MIN: Readonly<Record<string, number>> = { 'services/ranking': 0.6 };

/** Names every limit that the measures break, one line each, with its place; empty if all hold. */
export function brokenLimits(measures: HouseMeasures): readonly string[] {
  return [
    ...measures.functions
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(
        ({ name, path, line, lines }) => `${path}:${line} ${name} has ${lines} lines; at most ${FUNCTION_LINES_MAX}`,
      ),
    ...measures.files
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) => `${path} has ${lines} lines; at most ${FILE_LINES_MAX}`),
    ...measures.ratios
      .filter(({ workspace, ratio }) => ratio < (TEST_RATIO_MIN[workspace] ?? 0))
      .map(
        ({ workspace, ratio }) =>
          `${workspace} has ${ratio.toFixed(2)} test lines per source line; at least ${TEST_RATIO_MIN[workspace]}`,
      ),
    ...brokenHeadless('doc comments', measures.docComments),
    ...brokenHeadless('API texts', measures.apiTexts),
    ...measures.spreadLiterals.map(({ path, line }) => `${path}:${line} spreads an object literal`),
  ];
}

function brokenHeadless(kind: string, sentences: readonly (DocComment | ApiText)[]): readonly string[] {
  const share = headlessShare(sentences);
  if (share < HEADLESS_SHARE_MAX) return [];
  const headless = sentences.filter(({ isHeadless }) => isHeadless);
  const shown = headless.slice(0, SHOWN_SENTENCES_MAX);
  const further = headless.length - shown.length;
  return [
    `${(share * 100).toFixed(1)} % of ${kind} open with a headless clause; less than ${HEADLESS_SHARE_MAX * 100} % may`,
    ...shown.map(({ path, line, opening }) => `  ${path}:${line} ${opening}`),
    ...(further > 0 ? [`  and ${further} more`] : []),
  ];
}
