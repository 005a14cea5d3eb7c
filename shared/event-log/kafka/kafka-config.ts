import { z } from 'zod';
import { namesSchema } from '../../platform/config.ts';

/** Addresses of the brokers and how to authenticate with them. */
export interface KafkaConfig {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity;
}

export interface KafkaSecurity {
  /** True to encrypt connections. Node's own authorities are trusted; NODE_EXTRA_CA_CERTS adds to them. */
  readonly tls: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** The topics that the services share. */
export interface TopicNames {
  readonly events: string;
  readonly deadLetters: string;
}

const topicSchema = z.string().regex(/^[\w.-]{1,200}$/, 'must be 1 to 200 of A-Z, a-z, 0-9, ".", "_" and "-"');

export const kafkaVariables = {
  KAFKA_BROKERS: namesSchema.pipe(
    z
      .array(z.string().regex(/^\S+:\d{1,5}$/, 'must be host:port, with commas between'))
      .min(1, 'must name at least one broker'),
  ),
  KAFKA_TLS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], { error: 'must be plain, scram-sha-256 or scram-sha-512' })
    .optional(),
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
  KINDRED_EVENTS_TOPIC: topicSchema.default('kindred.events'),
  KINDRED_DEAD_LETTERS_TOPIC: topicSchema.default('kindred.events.dead-letters'),
};

interface KafkaVariables {
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_TLS: 'on' | 'off';
  readonly KAFKA_SASL_MECHANISM?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  readonly KAFKA_USERNAME?: string | undefined;
  readonly KAFKA_PASSWORD?: string | undefined;
  readonly KINDRED_EVENTS_TOPIC: string;
  readonly KINDRED_DEAD_LETTERS_TOPIC: string;
}

/** A mechanism needs a name and a password. */
export function requireCredentials(read: KafkaVariables, context: z.core.$RefinementCtx): void {
  if (read.KAFKA_SASL_MECHANISM === undefined) return;
  for (const name of ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const) {
    if (read[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'must be set where KAFKA_SASL_MECHANISM is' });
  }
}

export function kafkaConfigOf(read: KafkaVariables): KafkaConfig {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username = '', KAFKA_PASSWORD: password = '' } = read;
  return {
    brokers: read.KAFKA_BROKERS,
    security: { tls: read.KAFKA_TLS === 'on', ...(mechanism && { sasl: { mechanism, username, password } }) },
  };
}

export function topicNamesOf(read: KafkaVariables): TopicNames {
  return { events: read.KINDRED_EVENTS_TOPIC, deadLetters: read.KINDRED_DEAD_LETTERS_TOPIC };
}
