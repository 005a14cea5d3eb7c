import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { route } from '../../api/route.ts';
import { createLog } from '../log.ts';
import { createRegistry } from '../metrics.ts';
import { createApp } from './app.ts';
import { type HttpServer, listen } from './server.ts';

const KEY = 'a key of sixteen characters';
const METHODS = ['get', 'put', 'post', 'delete'] as const;
const handled: string[] = [];

function serve(apiKey: string | undefined): Promise<HttpServer> {
  const routes = METHODS.map((method) =>
    route({
      method,
      path: '/things',
      summary: 'Do a thing',
      answers: { 200: { description: 'It is done', body: z.object({}) } },
      problems: [],
      handle: async () => {
        handled.push(method);
        return { status: 200, body: {} };
      },
    }),
  );
  const app = createApp({
    routes,
    log: createLog('test', 'silent'),
    registry: createRegistry(),
    apiKey,
    hosts: ['kindred.example'],
    notReady: () => [],
  });
  return listen({ app, host: '127.0.0.1', port: 0 });
}

let open: HttpServer;
let locked: HttpServer;
beforeAll(async () => {
  [open, locked] = [await serve(undefined), await serve(KEY)];
});
afterAll(() => Promise.all([open.drain(1_000), locked.drain(1_000)]));

/** Sends a request without a body. @returns Status, code and field of the answer. */
async function ask(
  { port }: HttpServer,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly unknown[]> {
  const sent = request({ host: '127.0.0.1', port, path: '/things', method, headers: { ...headers } }).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  const { code, field } = (await json(response!)) as { code?: string; field?: string };
  return code === undefined ? [response?.statusCode] : [response?.statusCode, code, field];
}

const FOREIGN = [
  'http://evil.example',
  'https://localhost.evil.example',
  'http://kindred.example.evil.example:8080',
  'http://10.1.2.3:8080',
  'http://evil.example@localhost',
  'null',
  '',
  'localhost',
];
const CHANGING = METHODS.filter((method) => method !== 'get');

describe('without an API key, a request that changes something', () => {
  test.each(CHANGING)('is refused if a web page of another host sends it: %s', async (method) => {
    handled.length = 0;
    for (const origin of FOREIGN) {
      expect(await ask(open, method, { Origin: origin }), origin).toEqual([403, 'origin-refused', 'Origin']);
    }
    expect(await ask(open, method, { 'Sec-Fetch-Site': 'cross-site' })).toEqual([
      403,
      'origin-refused',
      'Sec-Fetch-Site',
    ]);
    expect(handled).toEqual([]);
  });

  test.each(CHANGING)('is answered if a page of this machine or a known host sends it: %s', async (method) => {
    const { port } = open;
    const own = ['localhost', '127.0.0.1', '[::1]', 'kindred.example', 'KINDRED.example'];
    for (const origin of own.flatMap((host) => [`http://${host}:${port}`, `https://${host}`, `http://${host}:5173`])) {
      expect(await ask(open, method, { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }), origin).toEqual([200]);
    }
    expect(await ask(open, method, { Host: '10.1.2.3:8080', Origin: 'http://10.1.2.3:8080' })).toEqual([200]);
  });

  test.each(CHANGING)('is answered if no web page sends it: %s', async (method) => {
    expect(await ask(open, method, {})).toEqual([200]);
    expect(await ask(open, method, { 'Sec-Fetch-Site': 'none' })).toEqual([200]);
  });
});

test('a request that only reads is answered, since the page cannot see the answer', async () => {
  expect(await ask(open, 'get', { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' })).toEqual([200]);
});

test('with an API key, the key alone decides: a page of another host that has it may send requests', async () => {
  const headers = { Origin: 'http://shop.example', 'Sec-Fetch-Site': 'cross-site' };
  expect(await ask(locked, 'post', { ...headers, Authorization: `Bearer ${KEY}` })).toEqual([200]);
  expect(await ask(locked, 'post', headers)).toEqual([401, 'unauthorized', 'Authorization']);
});
