import { batchAnswerSchema } from '@kindred/shared/api/common-schemas';
import type { CatalogId } from '@kindred/shared/id';
import { z } from 'zod';
import { CommandError } from './command-error.ts';
import type { ClientConfig } from './config.ts';
import type { RowKind } from './import/row.ts';

/** The server cannot answer just now; the same request may succeed later. */
export class AwayError extends Error {
  /** Whether there was an answer at all. */
  readonly hasAnswered: boolean;
  readonly retryAfterMs: number;

  constructor(
    message: string,
    options: { readonly hasAnswered: boolean; readonly retryAfterMs?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'AwayError';
    this.hasAnswered = options.hasAnswered;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** What became of the rows of one request; `line` counts the request's rows from 1. */
export type BatchAnswer = Pick<z.infer<typeof batchAnswerSchema>, 'accepted' | 'rejected'>;

export interface CatalogSize {
  readonly catalog: string;
  /** Items whose text is not embedded yet. */
  readonly waiting: number;
}

/** A message that could not be read as an event. */
export type DeadLetter = z.infer<typeof deadLettersSchema>['letters'][number];

/** How a catalog's training goes, and the versions that are kept, latest first. */
export type Trainings = z.infer<typeof trainingsSchema>;
export type TrainedVersion = Trainings['versions'][number];

/** The part of the HTTP API that commands need. @throws {AwayError} or, for what will not pass, {CommandError}. */
export interface KindredClient {
  catalogs(): Promise<readonly CatalogSize[]>;
  /** Does nothing where the catalog is there. */
  createCatalog(catalog: CatalogId): Promise<void>;
  /** @param rows  JSON, each on one line. */
  write(catalog: CatalogId, kind: RowKind, rows: readonly string[]): Promise<BatchAnswer>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** @returns How many are in the event log again. */
  retryDeadLetters(): Promise<number>;
  /** Has a catalog trained; does nothing more where that waits or runs. */
  startTraining(catalog: CatalogId): Promise<void>;
  trainings(catalog: CatalogId): Promise<Trainings>;
  /** @returns The version that serves now. */
  rollback(catalog: CatalogId): Promise<number>;
}

const REQUEST_TIMEOUT_MS = 120_000;

const catalogsSchema = z.object({ catalogs: z.array(z.object({ catalog: z.string(), waiting: z.int() })) });
const deadLettersSchema = z.object({
  letters: z.array(
    z.object({
      partition: z.int(),
      offset: z.int(),
      at: z.string(),
      reason: z.string(),
      catalog: z.string(),
      user: z.string(),
      value: z.string(),
    }),
  ),
});
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
        hasRanker: z.boolean(),
        tookMs: z.number(),
      }),
    }),
  ),
});
const problemSchema = z.object({ code: z.string(), detail: z.string() });
const nothingAcceptedSchema = batchAnswerSchema
  .pick({ accepted: true, rejected: true })
  .extend({ code: z.literal('nothing-accepted') });

interface Exchange {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  /** `undefined` for what is not JSON. */
  readonly body: unknown;
}

export function createClient({ url, rankingUrl, trainerUrl, apiKey }: ClientConfig): KindredClient {
  const ask = (exchange: Exchange, at = url): Promise<Answer> => answerTo(at, apiKey, exchange);
  return {
    catalogs: async () => {
      const exchange = { method: 'GET', path: '/v1/catalogs' } as const;
      return understood(catalogsSchema, url, exchange, await ask(exchange)).catalogs;
    },
    createCatalog: async (catalog) => {
      const exchange = { method: 'PUT', path: `/v1/catalogs/${catalog}` } as const;
      understood(z.object({ catalog: z.string() }), url, exchange, await ask(exchange));
    },
    write: async (catalog, kind, rows) => {
      const exchange = { method: 'POST', path: `/v1/catalogs/${catalog}/${kind}s`, body: rows.join('\n') } as const;
      const at = kind === 'event' ? rankingUrl : url;
      const answer = await ask(exchange, at);
      const nothingAccepted = nothingAcceptedSchema.safeParse(answer.body);
      return nothingAccepted.success ? nothingAccepted.data : understood(batchAnswerSchema, at, exchange, answer);
    },
    deadLetters: async () => {
      const exchange = { method: 'GET', path: '/v1/dead-letters' } as const;
      return understood(deadLettersSchema, rankingUrl, exchange, await ask(exchange, rankingUrl)).letters;
    },
    retryDeadLetters: async () => {
      const exchange = { method: 'POST', path: '/v1/dead-letters/retry' } as const;
      const answer = await ask(exchange, rankingUrl);
      return understood(z.object({ retried: z.int() }), rankingUrl, exchange, answer).retried;
    },
    startTraining: async (catalog) => {
      const exchange = { method: 'POST', path: `/v1/catalogs/${catalog}/trainings` } as const;
      understood(trainingSchema, trainerUrl, exchange, await ask(exchange, trainerUrl));
    },
    trainings: async (catalog) => {
      const exchange = { method: 'GET', path: `/v1/catalogs/${catalog}/trainings` } as const;
      return understood(trainingsSchema, trainerUrl, exchange, await ask(exchange, trainerUrl));
    },
    rollback: async (catalog) => {
      const exchange = { method: 'POST', path: `/v1/catalogs/${catalog}/rollback` } as const;
      const answer = await ask(exchange, trainerUrl);
      return understood(z.object({ version: z.int() }), trainerUrl, exchange, answer).version;
    },
  };
}

async function answerTo(url: string, apiKey: string | undefined, { method, path, body }: Exchange): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url + path, {
      method,
      body,
      headers: {
        ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
        ...(body !== undefined && { 'Content-Type': 'application/x-ndjson' }),
      },
      // A redirected POST would become a GET.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new AwayError(`no Kindred answers at ${url} (${connectionFailure(error)})`, {
      hasAnswered: false,
      cause: error,
    });
  }
  const answer = { status: response.status, body: jsonOf(text) };
  if (answer.status < 500 && answer.status !== 429) return answer;
  throw new AwayError(`it answered ${answer.status}${detailOf(answer)}`, {
    hasAnswered: true,
    retryAfterMs: Number(response.headers.get('Retry-After') ?? 0) * 1_000 || 0,
  });
}

/** @throws {CommandError} when the answer is a refusal, or none that Kindred gives. */
function understood<Schema extends z.ZodType>(
  schema: Schema,
  url: string,
  { method, path }: Exchange,
  answer: Answer,
): z.output<Schema> {
  if (answer.status >= 300) {
    const hint = answer.status === 401 ? '; set KINDRED_API_KEY to the key' : '';
    throw new CommandError(`${url} refused ${method} ${path} with ${answer.status}${detailOf(answer)}${hint}`);
  }
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new CommandError(
    `what answers at ${url} is not Kindred, or another version: it does not know ${method} ${path}`,
  );
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

/** What fetch says of a connection is in its cause. */
function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}
