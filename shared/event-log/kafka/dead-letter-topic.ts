/** Longest time that records stay in the newest segment, which is never compacted, once another record follows. */
const SEGMENT_MS = 60_000;
/** Longest time from the end of a segment to its compaction. */
const COMPACTION_LAG_MS = 300_000;
/** Size at which segments are no longer merged: a segment expires with its newest letter. */
const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Time for which a reader still finds that a key was deleted. */
const TOMBSTONE_MS = 3_600_000;

/**
 * Settings of the topic of dead letters. It is compacted by key, so that deleting a key deletes its letter from the
 * brokers' disks; and letters expire.
 * @param retentionMs  Lifetime of a letter that nobody removes; longer while its segment takes newer ones.
 */
export function deadLetterTopicSettings(retentionMs: number): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(retentionMs),
    'segment.ms': String(SEGMENT_MS),
    'segment.bytes': String(SEGMENT_BYTES),
    'max.compaction.lag.ms': String(COMPACTION_LAG_MS),
    'delete.retention.ms': String(TOMBSTONE_MS),
    // Segments and expiry go by the time at which the broker took a record.
    'message.timestamp.type': 'LogAppendTime',
  };
}
