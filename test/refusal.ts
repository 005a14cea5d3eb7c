import { connect } from 'node:net';
import { expect } from 'vitest';
import type { Reply } from './client.ts';

/** A refusal is a problem that a caller can act on, and says nothing of the server's inside. */
export function expectRefused(reply: Reply, field?: string): void {
  expect(reply.status, reply.text).toBeGreaterThanOrEqual(400);
  expect(reply.status, reply.text).toBeLessThan(500);
  expect(reply.headers.get('content-type')).toMatch(/application\/problem\+json/);
  expect(reply.body.code).toEqual(expect.any(String));
  expect(reply.text).not.toMatch(/node_modules|\.ts:\d+|at async/);
  if (field !== undefined) expect(reply.body.field).toBe(field);
}

/** Sends a request as these very bytes, which a client library would mend; `ends` cuts the body there. */
export function sendBytes(url: string, bytes: string, ends = false): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => (ends ? socket.end(bytes) : socket.write(bytes)));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
