import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { ErrorRequestHandler, Response } from 'express';
import { Problem, type ProblemCode } from '../../problem.ts';
import { isDatabaseAway, isDatabaseBusy } from '../database.ts';
import type { Log } from '../log.ts';

/** Media type of error answers, by RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A problem as the JSON of RFC 9457. `type` is a URI that names the code; it need not be fetched. */
export function problemBody({ code, title, status, message, fields, extra }: Problem, requestId: string): string {
  const errors = fields.length > 0 ? fields : undefined;
  const type = `urn:kindred:problem:${code}`;
  return JSON.stringify({
    type,
    title,
    status,
    code,
    detail: message,
    field: errors?.[0]?.field,
    errors,
    ...extra,
    requestId,
  });
}

function answerProblem(response: Response, problem: Problem, requestId: string): void {
  if (problem.status === 503) response.setHeader('Retry-After', '1');
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  response.status(problem.status).type(PROBLEM_TYPE).send(problemBody(problem, requestId));
}

/**
 * Turns every failure of a request into its answer. A failure that is not a problem is a bug: it is logged whole, and the
 * answer says nothing of it.
 */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    const requestId = String(response.getHeader('X-Request-Id') ?? '');
    const problem = problemOf(error);
    if (problem.code === 'internal') log.error({ err: error, requestId, method: request.method }, 'request failed');
    else if (problem.status >= 500) log.warn({ requestId, code: problem.code, err: problem.cause }, 'request refused');
    if (response.headersSent) {
      next(error);
      return;
    }
    if (request.complete) answerProblem(response, problem, requestId);
    else {
      response.setHeader('Connection', 'close');
      void passOver(request).then(() => answerProblem(response, problem, requestId));
    }
  };
}

const PASS_OVER_MS = 1_000;

/**
 * Reads on past a body that was refused, for a second at most: a connection that is closed on a client that still sends
 * is reset, and the client would not see why it was refused.
 */
function passOver(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PASS_OVER_MS);
    finished(request, () => {
      clearTimeout(timer);
      resolve();
    });
    request.resume();
  });
}

/** Errors of the HTTP machinery (body-parser, the router) by their types. */
const MACHINE_PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  'entity.too.large': ['too-large', 'the body is above 1 MiB'],
  'encoding.unsupported': ['unsupported-media-type', 'Content-Encoding must be gzip, deflate, br or identity'],
  'request.aborted': ['invalid-encoding', 'the body ended early'],
  'request.size.invalid': ['invalid-encoding', 'the body is not as long as Content-Length says'],
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem('invalid-path', 'the path holds an escape that is not UTF-8');
  if (isDatabaseAway(error)) return new Problem('unavailable', 'the database is unavailable', { cause: error });
  if (isDatabaseBusy(error)) return new Problem('unavailable', 'the database is busy', { cause: error });
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    const known = MACHINE_PROBLEMS[error.type];
    if (known) return new Problem(known[0], known[1], { cause: error });
  }
  // Static files answer ranges and preconditions that they cannot meet by errors of their own.
  if (error instanceof Error && 'status' in error && (error.status === 412 || error.status === 416)) {
    return new Problem('invalid-request', 'the file does not come in that form', { cause: error });
  }
  // Errors of zlib reach us from body-parser without a type.
  if (error instanceof Error && 'status' in error && error.status === 400) {
    return new Problem('invalid-encoding', 'the body cannot be read', { cause: error });
  }
  return new Problem('internal', 'a fault of the server', { cause: error });
}
