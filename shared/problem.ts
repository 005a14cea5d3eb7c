/** Every error that a caller can act on: its code, HTTP status and what it means. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not of the form that this address takes'],
  'invalid-json': [400, 'The body is not JSON'],
  'invalid-encoding': [400, 'The body cannot be decompressed or is not UTF-8'],
  'invalid-http': [400, 'The request is not HTTP/1.1 as RFC 9112 has it'],
  'invalid-path': [400, 'The path holds an escape that is not UTF-8'],
  'invalid-token': [400, 'The token in "after" was not given by this engine'],
  unauthorized: [401, 'The request needs an API key'],
  'host-refused': [403, 'The Host header names a host that this server does not answer for'],
  'origin-refused': [403, 'A web page of another host sent the request, to a server without an API key'],
  'not-found': [404, 'There is nothing at this address'],
  'catalog-not-found': [404, 'No such catalog'],
  'item-not-found': [404, 'No such item in the catalog'],
  'request-timeout': [408, 'The request did not arrive within the time limit'],
  'id-mismatch': [409, 'The id in the body is not the id in the path'],
  'no-earlier-version': [409, 'No earlier trained version is kept to go back to'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'precondition-failed': [412, 'The item is not in the state that If-Match asks for'],
  'too-large': [413, 'The body, or a row of it, is larger than the limit'],
  'unsupported-media-type': [415, 'The body is of a media type or encoding that this address does not take'],
  'nothing-accepted': [422, 'No row of the batch was accepted'],
  'headers-too-large': [431, 'The request line and the headers are larger than the limit'],
  'not-yet-applied': [503, 'The write behind the token in "after" is not reflected yet; try again'],
  unavailable: [503, 'Something that this request needs is unavailable; try again'],
  internal: [500, 'A fault of the server; the log has it under the request id'],
} as const satisfies Record<string, readonly [number, string]>;

/** Names a problem in answers; clients may rely on it. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One failed condition on one field of the input. */
export interface FieldProblem {
  /** Path of the field: `items.3.title`, `limit`, `If-Match`; empty for the whole input. */
  readonly field: string;
  readonly reason: string;
}

/** A failure that the caller can act on. Anything else that is thrown is a bug and stays opaque outside. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly fields: readonly FieldProblem[];
  /** Further members of the answer, such as `rejected`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { fields?: readonly FieldProblem[]; extra?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.fields = options.fields ?? [];
    this.extra = options.extra ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  get title(): string {
    return PROBLEMS[this.code][1];
  }
}
