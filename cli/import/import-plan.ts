import type { CatalogId } from '@kindred/shared/id';
import type { Row } from './row.ts';

/** The place to go on from in a file. */
export interface PartPosition {
  /** The last line to skip. */
  readonly afterLine: number;
  /** ISO 8601: the time of events that have none. */
  readonly startedAt: string;
}

/** One pass over one file. */
export interface ImportPart {
  /** Names the file in messages about bad rows. */
  readonly fileName: string;
  readonly lineCount: number;
  /** Streams in the file's order. */
  rows(position: PartPosition): AsyncGenerator<readonly Row[]>;
}

/** An import that is about to begin. */
export interface ImportPlan {
  readonly catalog: CatalogId;
  /** Changes when anything that is read does. */
  readonly contentSha256: string;
  /** In the order of their reading. */
  readonly parts: readonly ImportPart[];
}
