import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { ProblemCode } from '../problem.ts';

/** The answer of a route, before it is written as HTTP. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON; `undefined` for an empty answer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose parts the route's own schemas have parsed. */
export interface RouteRequest<Params, Query, Headers, Body> {
  readonly params: Params;
  readonly query: Query;
  /** The declared headers, by their names as declared. */
  readonly headers: Headers;
  readonly body: Body;
  /** The unread body, for a route that reads it row by row. */
  readonly stream: IncomingMessage;
  readonly requestId: string;
}

/** A body of rows: a JSON list under `list`, or NDJSON. The route reads it from the stream. */
export interface RowsBody {
  readonly list: string;
  readonly row: z.ZodType;
}

/** One address of the API. Requests are parsed, and OpenAPI is written, from the same schemas. */
export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** With parameters in braces: `/v1/catalogs/{catalog}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly rows?: RowsBody;
  readonly answers: Readonly<Record<string, { readonly description: string; readonly body?: z.ZodType }>>;
  /** The problems that a caller can meet here besides those of every address. */
  readonly problems: readonly ProblemCode[];
  readonly handle: (request: RouteRequest<never, never, never, never>) => Promise<Answer>;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Declares a route; the handler's parameter has the types of the schemas. */
export function route<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Headers extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  declared: Omit<Route, 'params' | 'query' | 'headers' | 'body' | 'handle'> & {
    readonly params?: Params;
    readonly query?: Query;
    readonly headers?: Headers;
    readonly body?: Body;
    readonly handle: (
      request: RouteRequest<Parsed<Params>, Parsed<Query>, Parsed<Headers>, Parsed<Body>>,
    ) => Promise<Answer>;
  },
): Route {
  return declared;
}
