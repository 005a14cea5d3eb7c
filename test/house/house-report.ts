import type { ApiText } from './api-texts.ts';
import type { DocComment } from './doc-comments.ts';
import { type HouseMeasures, headlessShare } from './house-measures.ts';

const SHOWN_MAX = 10;

/** Renders the measures as lines of text: the longest first, then ratios and counts. */
export function houseReport(measures: HouseMeasures): string {
  const { functions, files, ratios, exportCount, undocumentedExports, spreadLiterals } = measures;
  return [
    'Largest functions (lines, place):',
    ...functions.slice(0, SHOWN_MAX).map(({ lines, path, line, name }) => `${column(lines)}  ${path}:${line} ${name}`),
    'Largest files (lines):',
    ...files.slice(0, SHOWN_MAX).map(({ lines, path }) => `${column(lines)}  ${path}`),
    'Test lines per source line:',
    ...ratios.map(
      ({ workspace, ratio, testLines, sourceLines }) =>
        `${column(ratio.toFixed(2))}  ${workspace} (${testLines} / ${sourceLines})`,
    ),
    `Doc comments: ${headlessOf(measures.docComments)}`,
    `API texts: ${headlessOf(measures.apiTexts)}`,
    `Exports: ${exportCount}, of which ${undocumentedExports.length} without a doc comment`,
    `Object literals spread where they are written: ${spreadLiterals.length}`,
  ].join('\n');
}

/** Lists every place behind the counts: headless sentences, undocumented exports, spread literals. */
export function housePlaces({ docComments, apiTexts, undocumentedExports, spreadLiterals }: HouseMeasures): string {
  return [
    'Headless comments and API texts:',
    ...[...docComments, ...apiTexts]
      .filter(({ isHeadless }) => isHeadless)
      .map(({ path, line, opening }) => `  ${path}:${line} ${opening}`),
    'Exports without a doc comment:',
    ...undocumentedExports.map(({ path, line, name }) => `  ${path}:${line} ${name}`),
    'Spread object literals:',
    ...spreadLiterals.map(({ path, line }) => `  ${path}:${line}`),
  ].join('\n');
}

function column(value: number | string): string {
  return String(value).padStart(6);
}

function headlessOf(sentences: readonly (DocComment | ApiText)[]): string {
  const count = sentences.filter(({ isHeadless }) => isHeadless).length;
  const percent = (headlessShare(sentences) * 100).toFixed(1);
  return `${sentences.length}, of which ${count} (${percent} %) open with a headless clause`;
}
