import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelsFolder, newDataFolder, removeData } from '../standalone-server.ts';
import { until } from '../until.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const READY_TIMEOUT_MS = 90_000;
const GONE_TIMEOUT_MS = 30_000;
/** A parent that ends is noticed within half a second. */
const NOTICED_MS = 2_000;

const folders: string[] = [];
const groups: number[] = [];
beforeAll(async () => {
  // Else the launcher would install the dependencies anew, under the feet of this run.
  const wanted = createHash('sha256').update(await readFile(join(ROOT, 'package-lock.json')));
  const installed = await readFile(join(ROOT, 'node_modules', '.kindred-installed'), 'utf8').catch(() => '');
  expect(installed, 'node_modules is as the launcher installs it: npm test').toBe(wanted.digest('hex'));
});
afterAll(async () => {
  for (const group of groups) signal(-group, 'SIGKILL');
  await Promise.all(folders.map(removeData));
});

interface Run {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Runs a command in a process group of its own until the server that it starts is ready. */
async function run(command: string, words: readonly string[]): Promise<Run> {
  const folder = await newDataFolder();
  folders.push(folder);
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(command, words, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      PORT: '0',
      KINDRED_DATA_DIR: folder,
      KINDRED_MODELS_DIR: modelsFolder(),
      KINDRED_DEMO: 'off',
      KINDRED_TRAINING_HOURS: '0',
    },
  });
  groups.push(child.pid!);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await until('the server is ready', () => /is ready at/.test(output), READY_TIMEOUT_MS, 50).catch((cause) => {
    throw new Error(`the server did not become ready:\n${output}`, { cause });
  });
  return { child, url: /is ready at (\S+)/.exec(output)![1]! };
}

/** Processes below this one, with those that have left its group. */
function descendantsOf(pid: number): readonly number[] {
  let children: number[];
  try {
    children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    // pgrep fails where there are none.
    return [];
  }
  return [...children, ...children.flatMap(descendantsOf)];
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await until('the server and its database are gone', () => !pids.some((pid) => signal(pid, 0)), GONE_TIMEOUT_MS);
}

test.each(['SIGTERM', 'SIGKILL'] as const)('the server and its database end when npm alone gets %s', async (name) => {
  const { child } = await run('npm', ['start']);
  const family = descendantsOf(child.pid!);
  expect(family.length).toBeGreaterThan(3);
  child.kill(name);
  await expectGone(family);
});

test('the server and its database end when the launcher is killed, also where nobody reads what they say', async () => {
  const { child } = await run(process.execPath, ['infra/setup/launch.mjs', 'services/standalone/main.ts']);
  const family = descendantsOf(child.pid!);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.kill('SIGKILL');
  await expectGone(family);
});

test.each(['npm start', 'node infra/setup/launch.mjs services/standalone/main.ts'])(
  'the server goes on when the shell that put it into the background ends: %s',
  async (command) => {
    const { child, url } = await run('sh', ['-c', `${command} & sleep 0.1`]);
    if (child.exitCode === null) await once(child, 'exit');
    await sleep(NOTICED_MS);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    signal(-child.pid!, 'SIGTERM');
    await until('the server is gone', () => !signal(-child.pid!, 0), GONE_TIMEOUT_MS);
  },
);
