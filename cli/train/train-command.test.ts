import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { readCommandLine } from '../commands/train.ts';
import { createClient } from '../kindred-client.ts';
import { trainCommand } from './train-command.ts';

test('says where no server answers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.close();
  await once(server, 'close');
  const client = createClient({ url, rankingUrl: url, trainerUrl: url, apiKey: undefined });
  const commandLine = readCommandLine(['--catalog', 'demo']);
  if (commandLine === 'help') throw new Error('no help was asked for');
  await expect(trainCommand({ commandLine, client, say: () => {} })).rejects.toThrow(
    `no Kindred answers at ${url} (ECONNREFUSED)`,
  );
});
