import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_MODEL, knownModel } from '@kindred/shared/embedding/known-models';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DoctorConfig } from './config.ts';
import { machineChecks } from './doctor/machine-checks.ts';
import { findOrphans, removeOrphans, sharedData } from './doctor/orphans.ts';
import { reportText } from './doctor/report-text.ts';
import { doctor } from './doctor.ts';
import { removeLocalPostgres } from './postgres/local-postgres.ts';
import { isServing, postgresProcesses } from './postgres/postgres-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'kindred-doctor-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const config: DoctorConfig = {
  port: 0,
  dataFolder: join(folder, 'not', 'made', 'yet'),
  model: knownModel(DEFAULT_MODEL)!,
  modelsFolder: join(folder, 'models'),
};

/** Data in a shared folder as a server makes it: a file of 100 kB and, where it is given, the note of its owner. */
async function makeData(shared: string, digit: string, owner?: string): Promise<string> {
  const path = join(shared, `postgres-${digit.repeat(12)}`);
  await mkdir(join(path, 'data'), { recursive: true });
  await writeFile(join(path, 'data', 'rows'), Buffer.alloc(100_000, 1));
  if (owner !== undefined) await writeFile(join(path, 'owner'), `${owner}\n`);
  return path;
}

async function makeOwner(name: string, data: string): Promise<string> {
  const owner = join(folder, name);
  await mkdir(owner, { recursive: true });
  await writeFile(join(owner, 'moved-to'), `${data}\n`);
  return owner;
}

describe('data in the shared folder', () => {
  test('only data whose folder is gone or uses other data is deleted on request', async () => {
    const shared = join(folder, 'shared');
    const used = await makeData(shared, 'a', join(folder, 'owner'));
    const owner = await makeOwner('owner', used);
    const left = await makeData(shared, 'b', join(folder, 'deleted-clone'));
    const replaced = await makeData(shared, 'c', owner);
    const unknown = await makeData(shared, 'd');
    await mkdir(join(shared, 'postgresql-18.4.0'), { recursive: true });

    const data = await sharedData(shared);
    expect(data.map(({ path, state }) => [path, state])).toEqual([
      [used, 'used'],
      [left, 'orphaned'],
      [replaced, 'orphaned'],
      [unknown, 'unknown'],
    ]);
    for (const { bytes } of data) expect(bytes).toBeGreaterThan(90_000);

    const orphans = await findOrphans(data);
    const report = { checks: [], data, orphans: { ...orphans, servers: [] }, isRemoved: false };
    expect(reportText(report).split('\n')).toEqual([
      expect.stringMatching(`^orphaned data +${left}, 0 MiB: ${join(folder, 'deleted-clone')} is gone .*--remove`),
      expect.stringMatching(`^orphaned data +${replaced}, `),
      expect.stringMatching(`^unknown +data +${unknown}, `),
    ]);
    await removeOrphans({ data: orphans.data, servers: [] });
    expect(await readdir(shared)).toEqual(['postgres-aaaaaaaaaaaa', 'postgres-dddddddddddd', 'postgresql-18.4.0']);
  });

  test('a machine without a shared folder has none', async () => {
    const report = await doctor({ remove: false, config, sharedFolder: join(folder, 'none') });
    expect(report).toMatchObject({ data: [], orphans: { data: [] }, isRemoved: false });
    expect(report.checks).toHaveLength(4);
  });
});

describe('servers', () => {
  test('one whose data was deleted is named, and ends on request', async () => {
    const owned = await mkdtemp(join(tmpdir(), 'kindred-doctor-'));
    onTestFinished(() => removeLocalPostgres(owned));
    const script = `
      import { LocalPostgres } from '${join(import.meta.dirname, 'postgres', 'local-postgres.ts')}';
      const postgres = await LocalPostgres.start({ folder: '${owned}' });
      console.log(postgres.pid);
      setInterval(() => {}, 1_000);
    `;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const pid = Number(String(line));
    const ours = async () => (await findOrphans([])).servers.filter((server) => server.pid === pid);
    expect(await ours()).toEqual([]);

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const data = (await postgresProcesses()).find((server) => server.pid === pid)!.data;
    await rm(data, { recursive: true });
    const servers = await ours();
    expect(servers).toEqual([{ pid, data, hasData: false }]);
    await removeOrphans({ data: [], servers });
    expect(await isServing(pid, data)).toBe(false);
  });
});

describe('the machine', () => {
  test('a new one lacks the model alone, which is no failure', async () => {
    const checks = await machineChecks(config);
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ['node', 'ok'],
      ['ports', 'ok'],
      ['disk', 'ok'],
      ['model', 'warning'],
    ]);
    expect(checks.at(-1)?.message).toMatch(/lacks onnx\/model_quantized\.onnx, tokenizer\.json/);
  });

  test('a port that is in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const checks = await machineChecks({ ...config, port });
    other.close();
    expect(checks[1]).toMatchObject({ state: 'warning', message: expect.stringMatching(`^${port} is in use`) });
  });

  test('a model file with another sha256 fails', async () => {
    const modelFolder = join(folder, 'models', DEFAULT_MODEL);
    await mkdir(modelFolder, { recursive: true });
    await writeFile(join(modelFolder, 'tokenizer.json'), '{}');
    const checks = await machineChecks(config);
    const message = expect.stringMatching(/tokenizer\.json is refused/);
    expect(checks.at(-1)).toMatchObject({ state: 'failed', message });

    const program = join(import.meta.dirname, '..', 'cli', 'main.ts');
    const run = spawnSync(process.execPath, [program, 'doctor', '--json'], {
      env: { PATH: process.env.PATH, PORT: '0', KINDRED_DATA_DIR: folder },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout).checks.at(-1)).toMatchObject({ name: 'model', state: 'failed', message });
  });
});
