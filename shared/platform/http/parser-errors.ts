import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from '../../problem.ts';
import { PROBLEM_TYPE, problemBody } from './problem-answer.ts';

/** Errors of node's HTTP parser by their codes. Any other one is a request that is not HTTP. */
const PARSER_PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'the request line and the headers are above 16 KiB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too-large', 'the extensions of a chunk are above 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'the request did not arrive in time'],
};

/** A client that still sends when its connection closes is reset, and would not see the answer. */
const LINGER_MS = 1_000;

/**
 * Answers requests that the HTTP parser refuses before the application hears of them, with a problem as everything else.
 * @param hasBegunToAnswer  True if a part of an answer has been sent on the connection: nothing may follow it then.
 */
export function answerParserErrors(server: Server, hasBegunToAnswer: (socket: Duplex) => boolean): void {
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // The parser goes on to complain about whatever else arrives.
    if (refused.has(socket)) return;
    refused.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
      socket.destroy();
      return;
    }
    socket.end(answerTo(error));
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}

function answerTo(error: NodeJS.ErrnoException): string {
  const [code, detail] = PARSER_PROBLEMS[error.code ?? ''] ?? ['invalid-http', 'the request is not HTTP/1.1'];
  const problem = new Problem(code, detail);
  const requestId = randomUUID();
  const body = problemBody(problem, requestId);
  return [
    `HTTP/1.1 ${problem.status} ${code}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
