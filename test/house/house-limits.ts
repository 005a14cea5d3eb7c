import { type HouseMeasures, headlessShare } from './house-measures.ts';

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 300;
/** A share of all doc comments; the measured one must be below it. */
const HEADLESS_SHARE_MAX = 0.02;
const SHOWN_COMMENTS_MAX = 20;

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
    ...brokenHeadless(measures),
    ...measures.spreadLiterals.map(({ path, line }) => `${path}:${line} spreads an object literal`),
  ];
}

function brokenHeadless(measures: HouseMeasures): readonly string[] {
  const share = headlessShare(measures);
  if (share < HEADLESS_SHARE_MAX) return [];
  const headless = measures.docComments.filter(({ isHeadless }) => isHeadless);
  const shown = headless.slice(0, SHOWN_COMMENTS_MAX);
  const further = headless.length - shown.length;
  return [
    `${(share * 100).toFixed(1)} % of doc comments open with a headless clause; less than ${HEADLESS_SHARE_MAX * 100} % may`,
    ...shown.map(({ path, line, opening }) => `  ${path}:${line} ${opening}`),
    ...(further > 0 ? [`  and ${further} more`] : []),
  ];
}
