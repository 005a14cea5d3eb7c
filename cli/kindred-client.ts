import { batchAnswerSchema } from '@kindred/shared/api/batch';
import { catalogAnswerSchema } from '@kindred/shared/api/catalogs';
import { deadLettersAnswerSchema, retryAnswerSchema } from '@kindred/shared/api/dead-letters';
import { rollbackAnswerSchema } from '@kindred/shared/api/trainings';
import type { CatalogId } from '@kindred/shared/id';
import { z } from 'zod';
import { CommandError } from './command-error.ts';
import type { ClientConfig } from './config.ts';
import { HttpClient, type HttpReply } from './http-client.ts';
import { UnavailableError } from './unavailable-error.ts';

/** The outcome of one request's rows; `line` counts them from 1. */
export type BatchAnswer = Pick<z.infer<typeof batchAnswerSchema>, 'accepted' | 'rejected'>;

/** A catalog with its backlog of embeddings. */
export interface CatalogSize {
  readonly catalog: string;
  /** Items whose text is not embedded yet. */
  readonly waiting: number;
}

/** A message that could not be read as an event. */
export type DeadLetter = z.infer<typeof deadLettersAnswerSchema>['letters'][number];

/** A catalog's training at the moment, and the versions that are kept, latest first. */
export type Trainings = z.infer<typeof trainingsSchema>;
/** A version of a catalog's artifact, with what its training measured. */
export type TrainedVersion = Trainings['versions'][number];

const REQUEST_TIMEOUT_MS = 120_000;

const catalogsSchema = z.object({ catalogs: z.array(z.object({ catalog: z.string(), waiting: z.int() })) });
const trainingSchema = z.object({
  state: z.enum(['waiting', 'running', 'trained', 'failed']),
  progress: z.array(z.object({ number: z.int(), text: z.string() })),
  version: z.int().optional(),
  reason: z.string().optional(),
});
const trainingsSchema = z.object({
  training: trainingSchema.nullable(),
  versions: z.array(
    z.object({
      version: z.int(),
      trainedAt: z.string(),
      serving: z.boolean(),
      summary: z.object({
        counts: z.object({ items: z.int(), users: z.int(), pairs: z.int() }),
        judged: z.record(z.string(), z.number()),
        rankedBy: z.string().optional(),
        hasRanker: z.boolean(),
        repeatShare: z.number().optional(),
        tookMs: z.number(),
      }),
    }),
  ),
});
const problemSchema = z.object({ code: z.string(), detail: z.string() });
const nothingAcceptedSchema = batchAnswerSchema
  .pick({ accepted: true, rejected: true })
  .extend({ code: z.literal('nothing-accepted') });

/** A request to one of the services. */
interface Exchange {
  readonly url: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  /** NDJSON. */
  readonly rows?: readonly string[];
}

interface Answer {
  readonly status: number;
  /** `undefined` for anything but JSON. */
  readonly body: unknown;
}

/**
 * The part of the HTTP API that commands need.
 * All methods throw {UnavailableError}, or {CommandError} for a refusal that a second try would meet again.
 */
export class KindredClient {
  readonly #config: ClientConfig;

  constructor(config: ClientConfig) {
    this.#config = config;
  }

  async catalogs(): Promise<readonly CatalogSize[]> {
    const answer = await this.#ask({ url: this.#config.url, method: 'GET', path: '/v1/catalogs' }, catalogsSchema);
    return answer.catalogs;
  }

  /** Does nothing where the catalog is there. */
  async createCatalog(catalog: CatalogId): Promise<void> {
    const exchange = { url: this.#config.url, method: 'PUT', path: `/v1/catalogs/${catalog}` } as const;
    await this.#ask(exchange, catalogAnswerSchema);
  }

  /** @param rows  JSON, each on one line. */
  async write(catalog: CatalogId, kind: 'item' | 'event', rows: readonly string[]): Promise<BatchAnswer> {
    const url = kind === 'event' ? this.#config.rankingUrl : this.#config.url;
    const exchange = { url, method: 'POST', path: `/v1/catalogs/${catalog}/${kind}s`, rows } as const;
    const answer = await this.#answerTo(exchange);
    const nothingAccepted = nothingAcceptedSchema.safeParse(answer.body);
    return nothingAccepted.success ? nothingAccepted.data : understood(answer, exchange, batchAnswerSchema);
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    const exchange = { url: this.#config.rankingUrl, method: 'GET', path: '/v1/dead-letters' } as const;
    return (await this.#ask(exchange, deadLettersAnswerSchema)).letters;
  }

  /** @returns The number of messages that are in the event log again. */
  async retryDeadLetters(): Promise<number> {
    const exchange = { url: this.#config.rankingUrl, method: 'POST', path: '/v1/dead-letters/retry' } as const;
    return (await this.#ask(exchange, retryAnswerSchema)).retried;
  }

  /** Starts a training of a catalog; does nothing more where one waits or runs. */
  async startTraining(catalog: CatalogId): Promise<void> {
    await this.#ask(this.#trainer('POST', catalog, 'trainings'), trainingSchema);
  }

  trainings(catalog: CatalogId): Promise<Trainings> {
    return this.#ask(this.#trainer('GET', catalog, 'trainings'), trainingsSchema);
  }

  /** @returns The version that serves now. */
  async rollback(catalog: CatalogId): Promise<number> {
    return (await this.#ask(this.#trainer('POST', catalog, 'rollback'), rollbackAnswerSchema)).version;
  }

  #trainer(method: 'GET' | 'POST', catalog: CatalogId, address: 'trainings' | 'rollback'): Exchange {
    return { url: this.#config.trainerUrl, method, path: `/v1/catalogs/${catalog}/${address}` };
  }

  async #ask<Schema extends z.ZodType>(exchange: Exchange, schema: Schema): Promise<z.output<Schema>> {
    return understood(await this.#answerTo(exchange), exchange, schema);
  }

  async #answerTo({ url, method, path, rows }: Exchange): Promise<Answer> {
    const http = new HttpClient({ url, apiKey: this.#config.apiKey, timeoutMs: REQUEST_TIMEOUT_MS });
    const content = rows && { body: rows.join('\n'), headers: { 'Content-Type': 'application/x-ndjson' } };
    let reply: HttpReply;
    try {
      reply = await http.send({ method, path, ...content });
    } catch (error) {
      const message = `no Kindred answers at ${url} (${connectionFailure(error)})`;
      throw new UnavailableError(message, { hasAnswered: false, cause: error });
    }
    const answer = { status: reply.status, body: jsonOf(reply.text) };
    if (answer.status < 500 && answer.status !== 429) return answer;
    const retryAfterMs = Number(reply.headers.get('Retry-After') ?? 0) * 1_000 || 0;
    throw new UnavailableError(`it answered ${answer.status}${detailOf(answer)}`, { hasAnswered: true, retryAfterMs });
  }
}

/** @throws {CommandError} when the answer is a refusal, or none that Kindred gives. */
function understood<Schema extends z.ZodType>(
  answer: Answer,
  { url, method, path }: Exchange,
  schema: Schema,
): z.output<Schema> {
  if (answer.status >= 300) {
    const hint = answer.status === 401 ? '; set KINDRED_API_KEY to the key' : '';
    throw new CommandError(`${url} refused ${method} ${path} with ${answer.status}${detailOf(answer)}${hint}`);
  }
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new CommandError(`the server at ${url} is not Kindred, or another version: it does not know ${method} ${path}`);
}

function detailOf({ body }: Answer): string {
  const problem = problemSchema.safeParse(body);
  return problem.success ? `: ${problem.data.detail} (${problem.data.code})` : '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch names the failure of a connection in its cause. */
function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}
