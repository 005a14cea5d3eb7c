import { z } from 'zod';
import { namesSchema } from '../../platform/config.ts';

/** Addresses of the brokers and how to authenticate with them. */
export interface KafkaConfig {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity;
}

/** Encryption and authentication of connections to the brokers. */
export interface KafkaSecurity {
  /** True if connections are encrypted. Node's certificate authorities are trusted, and those of NODE_EXTRA_CA_CERTS. */
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

const topicSchema = z
  .string()
  .regex(/^[\w.-]{1,200}$/, 'must be 1 to 200 of A-Z, a-z, 0-9, ".", "_" and "-"')
  .meta({ range: '1 to 200 of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`' });

/** The variables of every process that speaks to Kafka. */
export const kafkaVariables = {
  KAFKA_BROKERS: namesSchema
    .pipe(
      z
        .array(z.string().regex(/^\S+:\d{1,5}$/, 'must be host:port, with commas between'))
        .min(1, 'must name at least one broker'),
    )
    .meta({
      description: 'Some of the Kafka brokers; they name the others',
      range: '`host:port`, separated by commas',
    }),
  KAFKA_TLS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off').meta({
    description: '`on` encrypts connections to Kafka; `NODE_EXTRA_CA_CERTS` adds certificate authorities',
  }),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], { error: 'must be plain, scram-sha-256 or scram-sha-512' })
    .optional()
    .meta({ description: 'Authentication at Kafka; none if it is not set' }),
  KAFKA_USERNAME: z
    .string()
    .optional()
    .meta({ description: 'Name for `KAFKA_SASL_MECHANISM`, which needs it', range: 'any text' }),
  KAFKA_PASSWORD: z
    .string()
    .optional()
    .meta({ description: 'Password for `KAFKA_SASL_MECHANISM`, which needs it', range: 'any text' }),
  KINDRED_EVENTS_TOPIC: topicSchema.default('kindred.events').meta({ description: 'Topic of the events' }),
  KINDRED_DEAD_LETTERS_TOPIC: topicSchema
    .default('kindred.events.dead-letters')
    .meta({ description: 'Topic of the dead letters: messages that cannot be read, with the reason' }),
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

/** Demands a name and a password where a mechanism is set. */
export function requireCredentials(read: KafkaVariables, context: z.core.$RefinementCtx): void {
  if (read.KAFKA_SASL_MECHANISM === undefined) return;
  for (const name of ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const) {
    if (read[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'must be set where KAFKA_SASL_MECHANISM is' });
  }
}

/** Shapes what was read of brokers and credentials. */
export function kafkaConfigOf(read: KafkaVariables): KafkaConfig {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username = '', KAFKA_PASSWORD: password = '' } = read;
  return {
    brokers: read.KAFKA_BROKERS,
    security: { tls: read.KAFKA_TLS === 'on', ...(mechanism && { sasl: { mechanism, username, password } }) },
  };
}

/** Shapes what was read of topics. */
export function topicNamesOf(read: KafkaVariables): TopicNames {
  return { events: read.KINDRED_EVENTS_TOPIC, deadLetters: read.KINDRED_DEAD_LETTERS_TOPIC };
}
