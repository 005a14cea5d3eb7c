import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { route } from '../../api/route.ts';
import { Problem } from '../../problem.ts';
import { createLog } from '../log.ts';
import { createRegistry } from '../metrics.ts';
import { createApp } from './app.ts';
import { type HttpServer, listen } from './server.ts';

const KEY = 'a key of sixteen characters';
const waiting: string[] = [];
let server: HttpServer;
beforeAll(async () => {
  const app = createApp({
    routes: [
      route({
        method: 'get',
        path: '/things/{thing}',
        summary: 'Read a thing',
        params: z.strictObject({ thing: z.string().max(3) }),
        headers: z.strictObject({ 'X-Colour': z.enum(['red', 'green']).optional() }),
        answers: { 200: { description: 'The thing' } },
        problems: [],
        handle: async ({ params, headers }) => ({ status: 200, body: { ...params, colour: headers['X-Colour'] } }),
      }),
      route({
        method: 'get',
        path: '/busy',
        summary: 'Fail',
        answers: {},
        problems: [],
        handle: () => Promise.reject(new Problem('unavailable', 'something is')),
      }),
      route({
        method: 'post',
        path: '/things',
        summary: 'Write a thing',
        body: z.strictObject({ name: z.string() }),
        answers: { 200: { description: 'The thing' } },
        problems: [],
        handle: async ({ body }) => ({ status: 200, body }),
      }),
    ],
    log: createLog('test', 'silent'),
    registry: createRegistry(),
    apiKey: KEY,
    hosts: ['kindred.example', 'fe80::1'],
    notReady: () => waiting,
  });
  server = await listen({ app, host: '127.0.0.1', port: 0 });
});
afterAll(() => server.drain(1_000));

interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends these very bytes, as no client library would. */
function send(bytes: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head, body });
    });
    socket.on('error', reject);
  });
}

const ask = (path: string, headers: readonly string[]): Promise<RawAnswer> =>
  send(`GET ${path} HTTP/1.1\r\n${[...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`);
const asAllowed = (host: string, path = '/things/a'): Promise<RawAnswer> =>
  ask(path, [`Host: ${host}`, `Authorization: Bearer ${KEY}`]);

const PROBES = ['/livez', '/readyz', '/metrics'];

describe('the Host header', () => {
  test.each(PROBES)('%s answers whatever it says, without a key', async (path) => {
    for (const host of ['10.1.2.3:8080', '[fd00::1]:8080', '10.1.2.3', 'kindred-7f9.pod.cluster.local:8080', 'x', '']) {
      expect((await ask(path, [`Host: ${host}`])).status, host).toBe(200);
    }
  });

  test('may be an address, a name of this machine or a listed name, with or without a port', async () => {
    const known = ['localhost', '127.0.0.1', '[::1]', '10.1.2.3', '[fd00::1]', 'kindred.example', 'KINDRED.example'];
    for (const host of known.flatMap((name) => [name, `${name}:8080`])) {
      expect((await asAllowed(host)).status, host).toBe(200);
    }
  });

  test('may be no other name, since a hostile page could have pointed it at this machine', async () => {
    const names = [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '1',
      '0x7f.1',
      '::1',
      '[::1',
      '',
    ];
    for (const host of [...names, '10.1.2.3@evil.example', 'kindred.example.']) {
      const { status, body } = await asAllowed(host);
      expect([status, JSON.parse(body).field], host).toEqual([403, 'Host']);
    }
  });

  test('must be there in HTTP/1.1', async () => {
    const { status, body } = await ask('/things/a', [`Authorization: Bearer ${KEY}`]);
    expect([status, JSON.parse(body).code]).toEqual([400, 'invalid-http']);
  });
});

test('a request without the key is refused, but for the probes', async () => {
  for (const authorization of ['Bearer', `Bearer ${KEY}x`, `Basic ${KEY}`, KEY]) {
    const { status, head } = await ask('/things/a', ['Host: localhost', `Authorization: ${authorization}`]);
    expect(status).toBe(401);
    expect(head).toContain('WWW-Authenticate: Bearer');
  }
});

test('a problem of 503 says when to ask again', async () => {
  const { status, head } = await asAllowed('localhost', '/busy');
  expect(status).toBe(503);
  expect(head).toContain('Retry-After: 1\r\n');
});

test('readiness names what is not ready', async () => {
  waiting.push('database');
  const { status, body } = await ask('/readyz', ['Host: localhost']);
  expect([status, JSON.parse(body)]).toEqual([503, { status: 'not-ready', waiting: ['database'] }]);
  waiting.pop();
  expect((await ask('/readyz', ['Host: localhost'])).status).toBe(200);
});

test('declared headers are parsed, and one that is refused is named', async () => {
  const headers = ['Host: localhost', `Authorization: Bearer ${KEY}`];
  expect(JSON.parse((await ask('/things/a', [...headers, 'x-colour: red'])).body)).toEqual({
    thing: 'a',
    colour: 'red',
  });
  const { status, body } = await ask('/things/a', [...headers, 'X-Colour: blue']);
  expect([status, JSON.parse(body).field]).toEqual([400, 'X-Colour']);
});

test('an expectation that is not known changes nothing', async () => {
  const headers = ['Host: localhost', `Authorization: Bearer ${KEY}`, 'Expect: the-unexpected'];
  expect((await ask('/things/a', headers)).status).toBe(200);
});

describe('what the HTTP parser itself refuses is answered with a problem', () => {
  test.each<[string, string, number, string]>([
    [
      'headers above the limit',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a path above the limit', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers-too-large'],
    ['bytes that are not HTTP', '\0\0\0\0\r\n\r\n', 400, 'invalid-http'],
    ['another protocol', 'GET / FTP/1.1\r\n\r\n', 400, 'invalid-http'],
    [
      'a broken body',
      `POST /things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n`,
      400,
      'invalid-http',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'invalid-http',
    ],
  ])('%s', async (_name, bytes, status, code) => {
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain('Content-Type: application/problem+json');
    const problem = JSON.parse(answer.body);
    expect(problem).toMatchObject({ status, code, detail: expect.any(String), requestId: expect.any(String) });
    expect(answer.head).toContain(`X-Request-Id: ${problem.requestId}`);
    expect(answer.head).toContain('Connection: close');
  });
});
