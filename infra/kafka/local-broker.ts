/**
 * An Apache Kafka broker, alone in its cluster, that this process owns and takes down with itself. An adapter keeps its
 * address and its acknowledged messages from start to start, after a kill too, and listens on 127.0.0.1 alone.
 */
export interface LocalBroker {
  /** `[host:port]` of this one broker. */
  readonly brokers: readonly string[];
  /** Process that runs now, or ran last. */
  readonly pid: number;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** SIGKILL: it flushes nothing and tells nobody. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, or ends it in order and starts it. @throws when it does not answer in time. */
  restart(): Promise<void>;
}
