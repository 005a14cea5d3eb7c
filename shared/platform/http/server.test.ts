import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import express from 'express';
import { expect, test } from 'vitest';
import { listen } from './server.ts';

async function started() {
  const app = express();
  app.get('/slow', async (_request, response) => {
    await sleep(600);
    response.send('slow');
  });
  app.get('/quick', (_request, response) => void response.send('quick'));
  const server = await listen({ app, host: '127.0.0.1', port: 0 });
  return { server, url: `http://127.0.0.1:${server.port}` };
}

function ask(url: string, agent: Agent): Promise<{ text: string; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ text, connection: response.headers.connection });
    }).on('error', reject);
  });
}

test('a drain answers what is in flight, and closes each connection with its answer', async () => {
  const { server, url } = await started();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await ask(`${url}/quick`, agent)).connection).toBe('keep-alive');
  const inFlight = ask(`${url}/slow`, agent);
  await sleep(50);
  const drained = server.drain(5_000);
  const late = ask(`${url}/quick`, new Agent({ keepAlive: true }));
  expect(await late).toEqual({ text: 'quick', connection: 'close' });
  expect(await inFlight).toEqual({ text: 'slow', connection: 'close' });
  await drained;
  await expect(ask(`${url}/quick`, agent)).rejects.toThrow('ECONNREFUSED');
});

test('a drain closes connections that are kept, and in time those that never ask', async () => {
  const { server, url } = await started();
  const agent = new Agent({ keepAlive: true });
  await ask(`${url}/quick`, agent);
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  await Promise.all([server.drain(600), closed]);
});

/** Sends requests from a thread of its own, says when all have a connection, and counts the answers. */
const CLIENT = `
  const { parentPort, workerData: { url, count, connected } } = require('node:worker_threads');
  const { get } = require('node:http');
  parentPort.once('message', async () => {
    const asked = Array.from({ length: count }, () => new Promise((resolve) => {
      get(url, { agent: false }, (response) => response.resume().once('end', () => resolve(1)))
        .on('socket', (socket) => socket.once('connect', () => Atomics.add(connected, 0, 1) + 1 === count && Atomics.notify(connected, 1)))
        .on('error', () => resolve(0));
    }));
    parentPort.postMessage((await Promise.all(asked)).reduce((sum, one) => sum + one));
  });`;

test('a drain resets no connection that came while the loop was busy', async () => {
  const count = 50;
  const connected = new Int32Array(new SharedArrayBuffer(8));
  const { server, url } = await started();
  const client = new Worker(CLIENT, { eval: true, workerData: { url: `${url}/quick`, count, connected } });
  await once(client, 'online');
  const drained = server.drain(10_000);
  const answered = once(client, 'message');
  client.postMessage('go');
  // The loop stands still until all have come, and until the time to close has come too.
  Atomics.wait(connected, 1, 0, 4_000);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  expect(await answered).toEqual([count]);
  await drained;
  await client.terminate();
});
