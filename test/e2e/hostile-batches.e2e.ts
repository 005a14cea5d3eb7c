import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Client, clientOf } from '../client.ts';
import { expectRefused } from '../refusal.ts';
import type { Addresses } from './themed-catalog.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const NDJSON_TYPE = { 'Content-Type': 'application/x-ndjson' };
const base = '/v1/catalogs/main';
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const event = (id: string): string => JSON.stringify({ id, user: 'u', item: 'i', type: 'click' });

/** Batches that are broken as a whole store nothing of it, and bad rows are named while good ones are stored. */
export function hostileBatches(addresses: () => Addresses): void {
  const ranking = (): Client => clientOf(addresses().rankingUrl);
  brokenBatches(ranking);
  badRows(ranking);
  largeBatches(ranking, addresses);
}

function brokenBatches(ranking: () => Client): void {
  test.each<[string, string, Record<string, string>, number]>([
    ['another list', '{"rows":[]}', JSON_TYPE, 400],
    ['two lists', '{"events":[],"items":[]}', JSON_TYPE, 400],
    ['no list', '{"events":5}', JSON_TYPE, 400],
    ['a list that is cut', `{"events":[${event('cut-1')},{"id"`, JSON_TYPE, 400],
    ['a list with garbage after it', `{"events":[${event('cut-2')}]} x`, JSON_TYPE, 400],
    ['a list with a row that is not JSON', `{"events":[${event('cut-3')},nope]}`, JSON_TYPE, 400],
    [
      'a long list with a last row that is not JSON',
      `{"events":[${`${event('cut-4')},`.repeat(1_200)}nope]}`,
      JSON_TYPE,
      400,
    ],
    ['a bare list', `[${event('cut-5')}]`, JSON_TYPE, 400],
    ['50,000 levels', deep(50_000), JSON_TYPE, 400],
    ['a row of 50,000 levels', `{"events":[${deep(50_000)}]}`, JSON_TYPE, 422],
    ['an empty list', '{"events":[]}', JSON_TYPE, 422],
    ['empty NDJSON', '\n\n', NDJSON_TYPE, 422],
    ['rows of 50,000 levels', deep(50_000), NDJSON_TYPE, 422],
    ['another type', event('cut-5'), { 'Content-Type': 'text/csv' }, 415],
    ['no type', '', {}, 415],
  ])('refuses %s and stores nothing of it', async (_name, body, headers, status) => {
    const reply = await ranking().raw('POST', `${base}/events`, body === '' ? undefined : body, headers);
    expectRefused(reply);
    expect(reply.status).toBe(status);
    for (let i = 1; i <= 5; i++) expect((await ranking().get(`${base}/users/u`)).text).not.toContain(`cut-${i}`);
  });
}

function badRows(ranking: () => Client): void {
  test('names line, field and reason of every bad row', async () => {
    const rows = [
      event('good-1'),
      '{"id":"b1","user":"","item":"i","type":"click"}',
      '{"id":"b2","user":"u","item":"i","type":"like"}',
      '{"id":"b3","user":"u","item":"i","type":"click","value":-1}',
      '{"id":"b4","user":"u","item":"i","type":"click","value":1e999}',
      '{"id":"b5","user":"u","item":"i","type":"click","at":"yesterday"}',
      '{"id":"b6","user":"u","item":"i","type":"click","position":0}',
      '{"id":"b7","user":"u","item":"..","type":"click"}',
      '{"id":"b8","user":"u\\u0000","item":"i","type":"click"}',
      '{"id":"b9","user":"u","item":"i","type":"click","__proto__":{}}',
      '{"user":"u","item":"i","type":"click"}',
      `{"id":"${'x'.repeat(1_100_000)}","user":"u","item":"i","type":"click"}`,
      '[1]',
      'null',
    ];
    const wanted = ['user', 'type', 'value', 'value', 'at', 'position', 'item', 'user', '__proto__', 'id', '', '', ''];
    const ndjson = await ranking().raw('POST', `${base}/events`, rows.join('\n'), NDJSON_TYPE);
    expect(ndjson.status).toBe(202);
    expect(ndjson.body.rejected.map(({ line, field }) => [line, field])).toEqual(
      wanted.map((field, index) => [index + 2, field]),
    );
    const list = await ranking().raw('POST', `${base}/events`, `{"events":[${rows.join(',')}]}`, JSON_TYPE);
    expect(list.body.rejected).toEqual(ndjson.body.rejected);
  });
}

function largeBatches(ranking: () => Client, addresses: () => Addresses): void {
  test('a gzip bomb is stopped at 64 MiB; the rows before it stay stored, and the answer says so', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${event('bomb-1')}\n`), Buffer.alloc(100_000_000, 0x20)]));
    const reply = await ranking().raw('POST', `${base}/events`, new Uint8Array(bomb), {
      ...NDJSON_TYPE,
      'Content-Encoding': 'gzip',
    });
    expectRefused(reply);
    expect(reply.status).toBe(413);
    expect(reply.body.accepted).toBe(1);
    expect(reply.body.token).toEqual(expect.any(String));
  });

  test('a stream that breaks keeps the chunks that were committed', async () => {
    const lines = Array.from({ length: 1_200 }, (_, i) => `${event(`broken-${i}`)}\n`).join('');
    const { hostname, port } = new URL(addresses().rankingUrl);
    const eventsOfUser = async (): Promise<string> => (await ranking().get(`${base}/users/u`)).text;
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST ${base}/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 99999999\r\n\r\n${lines}`,
    );
    // Whole chunks of 500 are committed as they come.
    await expect.poll(eventsOfUser).toContain('broken-');
    socket.destroy();
    expect(await eventsOfUser()).toContain('broken-');
  });

  test('millions of bad rows do not become a huge answer', async () => {
    const reply = await ranking().raw('POST', `${base}/events`, '1\n'.repeat(200_000), NDJSON_TYPE);
    expectRefused(reply);
    expect(reply.text.length).toBeLessThan(2_000_000);
  });
}
