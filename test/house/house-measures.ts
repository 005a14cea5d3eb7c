import { type ApiText, apiTexts } from './api-texts.ts';
import {
  type DocComment,
  docComments,
  exportCount,
  type UndocumentedExport,
  undocumentedExports,
} from './doc-comments.ts';
import { type FunctionLength, functionLengths } from './function-lengths.ts';
import type { SourceFile } from './source-file.ts';
import { type SpreadLiteral, spreadLiterals } from './spread-literals.ts';

/** A file's length in lines. */
export interface FileLength {
  readonly path: string;
  readonly lines: number;
}

/** Lines of a workspace's own tests beside lines of its source. */
export interface TestRatio {
  readonly workspace: string;
  readonly sourceLines: number;
  readonly testLines: number;
  /** Test lines per source line; 0 for a workspace without source. */
  readonly ratio: number;
}

/** Lengths and exports are those of everything that is not a test; comments and spread literals those of all files. */
export interface HouseMeasures {
  /** Longest first, ties by place. */
  readonly functions: readonly FunctionLength[];
  /** Longest first, ties by path. */
  readonly files: readonly FileLength[];
  /** By workspace name. `test/` belongs to no single workspace and is left out. */
  readonly ratios: readonly TestRatio[];
  readonly docComments: readonly DocComment[];
  readonly apiTexts: readonly ApiText[];
  readonly exportCount: number;
  readonly undocumentedExports: readonly UndocumentedExport[];
  readonly spreadLiterals: readonly SpreadLiteral[];
}

/** Measures the given files, in any order. */
export function measureHouse(files: readonly SourceFile[]): HouseMeasures {
  const sources = files.filter(({ isTest }) => !isTest);
  return {
    functions: sources.flatMap(functionLengths).sort((a, b) => b.lines - a.lines || byPlace(a, b)),
    files: sources
      .map(({ path, lineCount: lines }) => ({ path, lines }))
      .sort((a, b) => b.lines - a.lines || compare(a.path, b.path)),
    ratios: ratiosOf(files),
    docComments: files.flatMap(docComments),
    apiTexts: sources.flatMap(apiTexts),
    exportCount: sources.reduce((count, source) => count + exportCount(source), 0),
    undocumentedExports: sources.flatMap(undocumentedExports),
    spreadLiterals: files.flatMap(spreadLiterals),
  };
}

/** Share of sentences that open with a headless clause, in [0, 1]; 0 of none. */
export function headlessShare(sentences: readonly (DocComment | ApiText)[]): number {
  return sentences.filter(({ isHeadless }) => isHeadless).length / Math.max(1, sentences.length);
}

function ratiosOf(files: readonly SourceFile[]): readonly TestRatio[] {
  return [...Map.groupBy(files, ({ workspace }) => workspace)]
    .filter(([workspace]) => workspace !== 'test')
    .sort(([a], [b]) => compare(a, b))
    .map(([workspace, own]) => {
      const testLines = linesOf(own.filter(({ isTest }) => isTest));
      const sourceLines = linesOf(own.filter(({ isTest }) => !isTest));
      return { workspace, sourceLines, testLines, ratio: sourceLines === 0 ? 0 : testLines / sourceLines };
    });
}

function linesOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { lineCount }) => sum + lineCount, 0);
}

function byPlace(a: FunctionLength, b: FunctionLength): number {
  return compare(a.path, b.path) || a.line - b.line;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
