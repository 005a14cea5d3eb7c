import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { Log } from '../../platform/log.ts';
import type { KafkaConfig } from './kafka-config.ts';

export interface KafkaClientOptions extends KafkaConfig {
  readonly clientId: string;
  readonly log?: Log;
}

/** A kafkajs client that can be cut off: kafkajs itself can wait long, or for ever, for a broker that is away. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /** Breaks every connection and refuses new ones, so that whatever kafkajs still tries fails at once. */
  cutOff(): void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * @param requestTimeoutMs  How long a broker may take to answer one request.
 * @param retries  How often what failed is tried again, at most a second apart, before it is given up.
 */
export function kafkaClient(
  { brokers, security, clientId, log }: KafkaClientOptions,
  requestTimeoutMs: number,
  retries = 3,
): KafkaClient {
  const sockets = new Set<Socket>();
  let isCutOff = false;
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    // All of them given: kafkajs has other defaults under NODE_ENV=test.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries },
    ...(security?.sasl && { sasl: { ...security.sasl } as SASLOptions }),
    ssl: security?.tls ?? false,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = (
        security?.tls
          ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }, onConnect)
          : connect({ host, port }, onConnect)
      )
        .setKeepAlive(true, KEEP_ALIVE_MS)
        .setNoDelay(true);
      if (isCutOff) socket.destroy(new Error('the client was cut off'));
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    logLevel: log === undefined ? logLevel.NOTHING : logLevel.INFO,
    // What a client that was cut off still says is no news.
    logCreator: () => (entry) => writeTo(isCutOff ? undefined : log, entry),
  });
  return {
    kafka,
    cutOff: () => {
      isCutOff = true;
      for (const socket of sockets) socket.destroy(new Error('the client was cut off'));
    },
  };
}

/** What kafkajs calls an error it mostly gets over by itself; what it does not, it also throws. */
function writeTo(
  log: Log | undefined,
  { level, log: { message, timestamp: _, stack: __, ...fields } }: LogEntry,
): void {
  if (level === logLevel.ERROR) log?.warn({ ...fields, kafkajs: message }, 'kafka client had an error');
  else log?.debug({ ...fields, kafkajs: message }, 'kafka client reported');
}
