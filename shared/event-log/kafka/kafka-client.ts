import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { Log } from '../../platform/log.ts';
import type { KafkaConfig, KafkaSecurity } from './kafka-config.ts';

/** Brokers, and the name by which they know the client. */
export interface KafkaClientOptions extends KafkaConfig {
  readonly clientId: string;
  readonly log?: Log;
}

/** A kafkajs client that can be cut off: kafkajs itself can wait long, or for ever, for an unavailable broker. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /** Breaks every connection and refuses new ones, so that everything kafkajs still tries fails at once. */
  cutOff(): void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * @param requestTimeoutMs  Longest time for a broker to answer one request.
 * @param retries  Repetitions of a failed request, at most a second apart, before kafkajs gives it up.
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
    ...(security?.sasl && { sasl: saslOptions(security.sasl) }),
    ssl: security?.tls ?? false,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = openSocket({ host, port, isEncrypted: security?.tls === true, onConnect });
      if (isCutOff) socket.destroy(new Error('the client was cut off'));
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    logLevel: log === undefined ? logLevel.NOTHING : logLevel.INFO,
    // A client that was cut off has nothing new to report.
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

interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly onConnect: () => void;
}

function openSocket({ host, port, isEncrypted, onConnect }: SocketOptions): Socket {
  const socket = isEncrypted
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
}

/** One literal per mechanism, because kafkajs types each on its own. */
function saslOptions({ mechanism, username, password }: NonNullable<KafkaSecurity['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
    default:
      return mechanism satisfies never;
  }
}

/** Errors of kafkajs become warnings: it mostly recovers from them by itself, and throws the others too. */
function writeTo(
  log: Log | undefined,
  { level, log: { message, timestamp: _, stack: __, ...fields } }: LogEntry,
): void {
  if (level === logLevel.ERROR) log?.warn({ ...fields, kafkajs: message }, 'kafka client had an error');
  else log?.debug({ ...fields, kafkajs: message }, 'kafka client reported');
}
