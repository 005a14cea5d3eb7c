import { appendFile, chmod, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { clientOf } from '../client.ts';
import { modelsFolder, newDataFolder, removeData, spawnServer, startStandaloneServer } from '../standalone-server.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await newDataFolder();
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map(removeData)));

/** Runs a server that is expected to end by itself. */
async function endOf(
  environment: Record<string, string>,
  folder: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawnServer(folder, environment);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

describe('start and stop', () => {
  test('the demo is recommended from at the ready line; Ctrl-C exits 0; a second start is quick and has it all', async () => {
    const folder = await newFolder();
    const first = await startStandaloneServer({ folder, environment: { KINDRED_DEMO: 'on' } });
    expect(first.output().match(/\n {2}\S/g)).toHaveLength(3);
    const request = { user: 'reader-amara', limit: 10, expand: true };
    const slate = await clientOf(first.url).post('/v1/catalogs/demo/recommendations', request);
    expect(slate.body.items).toHaveLength(10);
    expect(slate.body.degraded).toEqual([]);
    expect(await first.stop()).toBe(0);

    const second = await startStandaloneServer({ folder, environment: { KINDRED_DEMO: 'on' } });
    expect(second.output()).not.toMatch(/embedding the demo/);
    const { at, seed } = slate.body;
    const again = await clientOf(second.url).post('/v1/catalogs/demo/recommendations', { ...request, at, seed });
    expect(again.body.items).toEqual(slate.body.items);
    expect(await second.stop()).toBe(0);
  });

  test('a second server on the same folder is refused and the first goes on', async () => {
    const server = await startStandaloneServer({ folder: await newFolder() });
    const refused = await endOf({}, server.folder);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/in use by a Kindred that is running/);
    expect((await clientOf(server.url).get('/readyz')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  test('every mistake of the configuration is named at once, with exit code 78', async () => {
    const { code, output } = await endOf(
      { PORT: 'http', HOST: '0.0.0.0', LOG_LEVEL: 'loud', KINDRED_MODEL: 'gpt', KINDRED_EMBEDDING_WORKERS: '0' },
      await newFolder(),
    );
    expect(code).toBe(78);
    for (const name of ['PORT', 'LOG_LEVEL', 'KINDRED_MODEL', 'KINDRED_EMBEDDING_WORKERS'])
      expect(output).toContain(name);
    const open = await endOf({ HOST: '0.0.0.0' }, await newFolder());
    expect(open.code).toBe(78);
    expect(open.output).toMatch(/HOST.*KINDRED_API_KEY/);
  });

  test('a port in use is said and nothing is left running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const folder = await newFolder();
    const { code, output } = await endOf({ PORT: String(port) }, folder);
    expect(code).toBe(1);
    expect(output).toMatch(/port is in use/);
    other.close();
    expect(await (await startStandaloneServer({ folder })).stop()).toBe(0);
  });

  test('an address that others reach needs the key, but for probes and metrics', async () => {
    const key = 'a-key-of-my-own-1234';
    const server = await startStandaloneServer({
      folder: await newFolder(),
      environment: { HOST: '0.0.0.0', KINDRED_API_KEY: key, KINDRED_HOSTS: 'kindred.example' },
    });
    const client = clientOf(server.url.replace('0.0.0.0', '127.0.0.1'));
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await client.get(path)).status).toBe(200);
    for (const path of ['/v1/catalogs', '/openapi.json', '/docs/', '/anything']) {
      const refused = await client.get(path);
      expect(refused.status).toBe(401);
      expect(refused.body.code).toBe('unauthorized');
    }
    expect(
      (
        await client.raw('GET', '/v1/catalogs', undefined, {
          Authorization: 'Bearer wrong-key-of-mine',
        })
      ).status,
    ).toBe(401);
    expect((await client.raw('GET', '/v1/catalogs', undefined, { Authorization: `Bearer ${key}` })).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  test('requests in flight are answered when it is told to stop', async () => {
    const server = await startStandaloneServer({ folder: await newFolder() });
    const client = clientOf(server.url);
    const items = Array.from({ length: 400 }, (_, index) => ({ id: `i${index}`, title: `Thing number ${index}` }));
    const writes = Array.from({ length: 8 }, () => client.post('/v1/catalogs/main/items', { items }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const stopped = server.stop();
    for (const { status } of await Promise.all(writes)) expect(status).toBe(202);
    expect(await stopped).toBe(0);
  });
});

describe('documents', () => {
  test('OpenAPI and its page are served from this machine', async () => {
    const server = await startStandaloneServer({ folder: await newFolder() });
    const client = clientOf(server.url);
    const document = JSON.parse((await client.get('/openapi.json')).text);
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/schemas/event.json',
      '/v1/catalogs',
      '/v1/catalogs/{catalog}',
      '/v1/catalogs/{catalog}/events',
      '/v1/catalogs/{catalog}/items',
      '/v1/catalogs/{catalog}/items/{item}',
      '/v1/catalogs/{catalog}/items/{item}/similar',
      '/v1/catalogs/{catalog}/recommendations',
      '/v1/catalogs/{catalog}/rollback',
      '/v1/catalogs/{catalog}/search',
      '/v1/catalogs/{catalog}/trainings',
      '/v1/catalogs/{catalog}/users/{user}',
      '/v1/dead-letters',
      '/v1/dead-letters/retry',
    ]);
    const page = await client.get('/docs/');
    expect(page.text).toContain('swagger-ui');
    expect(page.text).not.toMatch(/https?:\/\//);
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
      expect((await client.get(`/docs/${file}`)).status).toBe(200);
    }
    expect(await server.stop()).toBe(0);
  });
});

describe('models', () => {
  test('no connection leaves the machine once the model is there', async () => {
    const folder = await newFolder();
    const record = join(folder, 'connections');
    const watcher = join(folder, 'watcher.mjs');
    await writeFile(record, '');
    // Sees every socket that any thread of the process opens, and every name that it looks up.
    await writeFile(
      watcher,
      `import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import dns from 'node:dns';
import net from 'node:net';
const note = (line) => appendFileSync(${JSON.stringify(record)}, line + '\\n');
subscribe('net.client.socket', ({ socket }) => {
  socket.once('connect', () => note('connected ' + socket.remoteAddress));
  // A connection that was made and breaks later was noted when it was made.
  socket.once('error', (error) => socket.remoteAddress === undefined && error.syscall !== 'read' && error.syscall !== 'write' && note('failed ' + (error.address ?? error.hostname ?? '?')));
});
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => { note('lookup ' + name); return lookup(name, ...rest); };
void net;
`,
    );
    const server = await startStandaloneServer({
      folder,
      environment: { KINDRED_DEMO: 'on', NODE_OPTIONS: `--import=${watcher}` },
    });
    const client = clientOf(server.url);
    await client.post('/v1/catalogs/demo/search', { text: 'a stormy sea' });
    await client.post('/v1/catalogs/demo/recommendations', { user: 'reader-amara' });
    expect(await server.stop()).toBe(0);
    const seen = [...new Set((await readFile(record, 'utf8')).trim().split('\n'))];
    // The database is reached over loopback: were it missing, the watcher would see nothing at all.
    expect(seen).toContain('connected 127.0.0.1');
    expect(seen.filter((line) => !/^(connected|lookup|failed) (127\.0\.0\.1|::1|localhost)$/.test(line))).toEqual([]);
  });

  test('a changed model is filled beside the old one, which serves until the new one is full', async () => {
    const other = join(modelsFolder(), 'all-minilm-l6-v2', 'onnx', 'model_quantized.onnx');
    await stat(other);
    const folder = await newFolder();
    const items = Array.from({ length: 60 }, (_, index) => ({
      id: `i${index}`,
      title: `Recipe ${index}`,
      description: 'Bake it slowly. '.repeat(20),
    }));
    const old = await startStandaloneServer({ folder });
    const client = clientOf(old.url);
    const { token } = (await client.post('/v1/catalogs/main/items', { items })).body;
    await expect
      .poll(async () => (await client.get(`/v1/catalogs/main/items/i0/similar?after=${token}`)).status, {
        timeout: 90_000,
      })
      .toBe(200);
    const before = (await client.get('/v1/catalogs')).body.catalogs[0]!.space;
    expect(before).toMatch(/^bge-small/);
    await old.stop();

    const changed = await startStandaloneServer({ folder, environment: { KINDRED_MODEL: 'all-minilm-l6-v2' } });
    const again = clientOf(changed.url);
    const spaces: (string | undefined)[] = [];
    for (const deadline = Date.now() + 90_000; Date.now() < deadline && !spaces.at(-1)?.startsWith('all-minilm'); ) {
      spaces.push((await again.get('/v1/catalogs')).body.catalogs[0]!.space);
      const found = await again.post('/v1/catalogs/main/search', { text: 'baking', limit: 5 });
      expect(found.status).toBe(200);
      expect(found.body.items).toHaveLength(5);
    }
    expect(spaces[0]).toBe(before);
    expect(spaces.at(-1)).toMatch(/^all-minilm/);
    expect((await again.get('/v1/catalogs/main/items/i0/similar?limit=5')).body.items).toHaveLength(5);
    expect(await changed.stop()).toBe(0);
  });

  test('a file with another sha256 is refused by name', async () => {
    const { prepareModel, ModelFileRefusedError } = await import('@kindred/infra/setup/model-files');
    const { knownModel } = await import('@kindred/shared/embedding/known-models');
    const model = knownModel('bge-small-en-v1.5')!;
    const folder = await newFolder();
    const said: string[] = [];
    const given = join(folder, 'given');
    await cp(join(modelsFolder(), model.name), join(given, model.name), { recursive: true });
    const options = {
      modelsFolder: join(folder, 'models'),
      givenFolder: given,
      say: (line: string) => said.push(line),
    };
    await prepareModel(model, options);
    expect(said.join('\n')).toMatch(/from KINDRED_MODEL_FILES[\s\S]*cosine/);
    await prepareModel(model, { ...options, givenFolder: undefined });

    await appendFile(join(options.modelsFolder, model.name, 'tokenizer.json'), ' ');
    await expect(prepareModel(model, options)).rejects.toThrow(ModelFileRefusedError);
    await expect(prepareModel(model, options)).rejects.toThrow(/tokenizer\.json/);
    await rm(options.modelsFolder, { recursive: true });
    await appendFile(join(given, model.name, 'onnx', 'model_quantized.onnx'), ' ');
    await expect(prepareModel(model, options)).rejects.toThrow(/onnx\/model_quantized\.onnx.*KINDRED_MODEL_FILES/);
  });
});

test.runIf(process.getuid?.() === 0)('as root it works in a folder that only root can enter', async () => {
  const outer = await newFolder();
  await chmod(outer, 0o700);
  const folder = join(outer, 'state');
  await mkdir(folder);
  folders.unshift(folder);
  const server = await startStandaloneServer({ folder });
  await clientOf(server.url).put('/v1/catalogs/main/items/kept', { title: 'Kept' });
  expect(await server.stop()).toBe(0);
  const again = await startStandaloneServer({ folder });
  expect((await clientOf(again.url).get('/v1/catalogs/main/items/kept')).status).toBe(200);
  expect(await again.stop()).toBe(0);
});
