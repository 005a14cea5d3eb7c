import { HttpClient } from '@kindred/cli/http-client';
import type { batchAnswerSchema } from '@kindred/shared/api/batch';
import type { catalogsAnswerSchema } from '@kindred/shared/api/catalogs';
import type { itemAnswerSchema } from '@kindred/shared/api/items';
import type { problemSchema } from '@kindred/shared/api/problem-schema';
import type { z } from 'zod';

type BatchAnswer = z.output<typeof batchAnswerSchema>;
type CatalogsAnswer = z.output<typeof catalogsAnswerSchema>;
type ItemAnswer = z.output<typeof itemAnswerSchema>;
type ProblemAnswer = z.output<typeof problemSchema>;

/** The fields of answers that tests look at. An answer has those of its address; the others are `undefined`. */
export interface ReplyBody extends Readonly<BatchAnswer & CatalogsAnswer> {
  readonly items: readonly ReplyItem[];
  readonly item: ItemAnswer;
  readonly code: ProblemAnswer['code'];
  readonly field: string;
  readonly detail: string;
  readonly at: string;
  readonly seed: number;
  readonly slate: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly degraded: readonly string[];
  readonly interests: readonly { readonly medoid: string; readonly items: readonly string[] }[];
  readonly events: readonly { readonly id: string; readonly item: string }[];
}

export interface ReplyItem {
  readonly item: string;
  readonly score: number;
  readonly similarity: number;
  readonly sources: readonly string[];
  readonly explanation: {
    readonly weights: string;
    readonly parts: Readonly<Record<string, number>>;
    readonly sources: readonly { readonly source: string; readonly rank: number; readonly score: number }[];
    readonly because: readonly string[];
  };
  readonly details: Readonly<Record<string, unknown>>;
}

/** The answer of an address. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; empty where it is not. */
  readonly body: ReplyBody;
  readonly headers: Headers;
}

export interface Client {
  get(path: string): Promise<Reply>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  delete(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Sends exactly these bytes. */
  raw(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | ReadableStream | undefined,
    headers?: Record<string, string>,
  ): Promise<Reply>;
}

/** A client of the HTTP API that gives every answer as it is, refusals too. */
export function clientOf(url: string): Client {
  const http = new HttpClient({ url });
  const raw: Client['raw'] = async (method, path, body, headers) => {
    const reply = await http.send({ method, path, body, headers });
    const isJson = /json/.test(reply.headers.get('content-type') ?? '');
    return { ...reply, body: isJson && reply.text !== '' ? JSON.parse(reply.text) : {} };
  };
  const json =
    (method: string) =>
    (path: string, body: unknown, headers: Record<string, string> = {}) =>
      raw(method, path, body === undefined ? undefined : JSON.stringify(body), {
        'Content-Type': 'application/json',
        ...headers,
      });
  return {
    get: (path) => raw('GET', path, undefined),
    put: json('PUT'),
    post: json('POST'),
    delete: (path, headers) => raw('DELETE', path, undefined, headers),
    raw,
  };
}
