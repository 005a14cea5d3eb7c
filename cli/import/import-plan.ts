import type { CatalogId } from '@kindred/shared/id';
import type { Row } from './row.ts';

export interface PartPosition {
  /** Lines up to this one are passed over. */
  readonly afterLine: number;
  /** ISO 8601: the time of events that have none. */
  readonly startedAt: string;
}

/** A pass over one file. */
export interface ImportPart {
  /** As bad rows name it. */
  readonly fileName: string;
  readonly lineCount: number;
  /** Streams in the file's order. */
  rows(position: PartPosition): AsyncGenerator<readonly Row[]>;
}

/** What an import will do. */
export interface ImportPlan {
  readonly catalog: CatalogId;
  /** Of all that is read. */
  readonly contentSha256: string;
  /** One after another. */
  readonly parts: readonly ImportPart[];
}
