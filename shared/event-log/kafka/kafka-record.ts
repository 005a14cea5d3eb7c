import { headerBytes } from '../message-bytes.ts';

/** One record to write to a topic. */
export interface KafkaRecord {
  /** Chooses the partition as Kafka's own clients would; in a compacted topic the latest record of a key stays. */
  readonly key: string;
  /** `null` deletes the key's records from a compacted topic. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Space of a record beside its key, value and headers, rounded up: lengths, offset and time. */
const OVERHEAD_BYTES = 96;

/** About how much space a record takes in a topic, rounded up. */
export function recordBytes({ key, value, headers }: KafkaRecord): number {
  return OVERHEAD_BYTES + Buffer.byteLength(key) + (value?.length ?? 0) + headerBytes(headers);
}
