import { afterEach, expect, test } from 'vitest';
import { type KeepAliveClient, keepAliveClient } from '../engine/keep-alive-client.ts';
import { type AnsweringServer, startAnsweringServer } from './answering-server.fixture.ts';
import { timedPass } from './timed-pass.ts';

const asked = Array.from({ length: 60 }, (_, i) => `user-${i}`);
/** For passes that end by themselves. */
const timeoutMs = 60_000;
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

type Answer = Parameters<typeof startAnsweringServer>[0];

async function started(
  connections: number,
  answer: Answer,
  heldUntil = connections,
): Promise<{ readonly server: AnsweringServer; readonly send: (id: string) => ReturnType<KeepAliveClient['send']> }> {
  const server = await startAnsweringServer(answer, heldUntil);
  const client = keepAliveClient(server.url, connections);
  open.push(() => client.close(), server.close);
  return { server, send: (id) => client.send('GET', `/${id}`) };
}

test.for([1, 4, 8])('each is asked for once, by %i at once and never more', async (connections) => {
  const { server, send } = await started(connections, () => ({ status: 200, body: { degraded: [] } }));
  const answered: number[] = [];
  const report = await timedPass({ asked, connections, send, timeoutMs, onAnswer: (done) => answered.push(done) });
  expect(server.received.map(({ path }) => path.slice(1)).toSorted()).toEqual(asked.toSorted());
  expect(server.atOnceMax()).toBe(connections);
  expect(report.latency.count).toBe(asked.length);
  expect(report.degraded).toBe(0);
  expect(report.latency.p99Ms).toBeGreaterThanOrEqual(report.latency.p50Ms);
  expect(answered).toEqual(asked.map((_, i) => i + 1));
});

test('requests per second are those of all connections', async () => {
  const { send } = await started(4, () => ({ status: 200, body: {} }));
  const { latency, perSecond } = await timedPass({ asked, connections: 4, send, timeoutMs });
  // Little's law: at most four are under way on average; and no median exceeds twice the mean.
  expect(perSecond).toBeGreaterThan(0);
  expect((perSecond * latency.p50Ms) / 1_000).toBeLessThanOrEqual(2 * 4);
});

test('degraded answers are counted, whatever is named in them', async () => {
  const { send } = await started(2, ({ path }) => ({
    status: 200,
    body: { degraded: path.endsWith('7') ? ['history'] : [], items: ['"degraded":["in a text"]'] },
  }));
  expect((await timedPass({ asked, connections: 2, send, timeoutMs })).degraded).toBe(6);
});

test('an answer that is no success ends the pass', async () => {
  const { server, send } = await started(4, ({ path }) => ({ status: path === '/user-20' ? 404 : 200, body: {} }));
  await expect(timedPass({ asked, connections: 4, send, timeoutMs })).rejects.toThrow(/answered 404/);
  expect(server.received.length).toBeLessThan(asked.length);
});

test('a server that does not answer ends the pass at its timeout', async () => {
  const { server, send } = await started(2, () => ({ status: 200, body: {} }), 3);
  await expect(timedPass({ asked, connections: 2, send, timeoutMs: 50 })).rejects.toThrow(/within 50 ms/);
  expect(server.received.length).toBeLessThanOrEqual(2);
});
