import type { PartitionRange } from './kafka-offsets.ts';

/** The place at which a partition is read first. */
export interface PartitionStart {
  /** Offset to read first. */
  readonly offset: number;
  /** Messages between progress and the first that is left: they expired before they were read. */
  readonly expired: { readonly from: number; readonly to: number } | undefined;
}

/**
 * @param progress  Next offset by stored progress; `undefined` without any, which starts at the beginning.
 * @throws if progress lies past the end: the topic is not the one that it belongs to.
 */
export function partitionStart(partition: number, progress: number | undefined, range: PartitionRange): PartitionStart {
  if (progress === undefined) return { offset: range.start, expired: undefined };
  if (progress > range.end) throw pastTheEnd(partition, progress, range.end);
  if (progress >= range.start) return { offset: progress, expired: undefined };
  return { offset: range.start, expired: { from: progress, to: range.start - 1 } };
}

/** The error of progress that belongs to another topic of the same name. */
export function pastTheEnd(partition: number, progress: number, end: number): Error {
  return new Error(
    `progress ${progress} of partition ${partition} lies past the log's end (${end}): was the topic recreated? Nothing is read until that progress is deleted`,
  );
}
