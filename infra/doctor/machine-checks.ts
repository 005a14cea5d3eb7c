import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { KnownModel } from '@kindred/shared/embedding/known-models';
import { missingFiles } from '../setup/model-files.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `warning`: Kindred may run; `failed`: it will not. */
  readonly state: 'ok' | 'warning' | 'failed';
  readonly message: string;
}

/** Settings that a start would use on this machine. */
export interface MachineChecksOptions {
  /** Port of the server; the distributed mode also takes the next three. */
  readonly port: number;
  /** Need not exist yet. */
  readonly dataFolder: string;
  readonly modelsFolder: string;
  readonly model: KnownModel;
}

const NODE_MAJOR = 24;
const DISTRIBUTED_PORTS = 3;
const GIB = 2 ** 30;
const DISK_WARNING_BYTES = 2 * GIB;
const DISK_FAILED_BYTES = GIB / 4;

/** Cost: one hash of the model's files, about 0.1 s. */
export async function machineChecks(options: MachineChecksOptions): Promise<readonly Check[]> {
  const { port, dataFolder, modelsFolder, model } = options;
  return [
    nodeCheck(process.versions.node),
    await portCheck(port),
    await diskCheck(dataFolder),
    await modelCheck(model, modelsFolder),
  ];
}

function nodeCheck(version: string): Check {
  const isNew = Number.parseInt(version, 10) >= NODE_MAJOR;
  const wanted = isNew ? '' : `; Kindred needs ${NODE_MAJOR} or newer, which npm start installs`;
  return { name: 'node', state: isNew ? 'ok' : 'failed', message: `version ${version}${wanted}` };
}

async function portCheck(port: number): Promise<Check> {
  const name = 'ports';
  if (port === 0) return { name, state: 'ok', message: 'PORT is 0: a free one is taken' };
  if (!(await isFree(port))) {
    return { name, state: 'warning', message: `${port} is in use, by a Kindred that runs or by another program` };
  }
  const taken: number[] = [];
  for (let next = port + 1; next <= port + DISTRIBUTED_PORTS; next++) if (!(await isFree(next))) taken.push(next);
  if (taken.length === 0)
    return { name, state: 'ok', message: `${port} is free, and the next ${DISTRIBUTED_PORTS} are` };
  return { name, state: 'ok', message: `${port} is free; in use for the distributed mode: ${taken.join(', ')}` };
}

async function isFree(port: number): Promise<boolean> {
  if (port > 65_535) return false;
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function diskCheck(dataFolder: string): Promise<Check> {
  const bytes = await bytesFree(dataFolder);
  const state = bytes < DISK_FAILED_BYTES ? 'failed' : bytes < DISK_WARNING_BYTES ? 'warning' : 'ok';
  return { name: 'disk', state, message: `${(bytes / GIB).toFixed(1)} GiB free for ${dataFolder}` };
}

/** Asks for the folder or, until that is made, for the one that it will be made in. */
async function bytesFree(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (folder === dirname(folder)) throw error;
    return bytesFree(dirname(folder));
  }
}

async function modelCheck(model: KnownModel, modelsFolder: string): Promise<Check> {
  const name = 'model';
  try {
    const missing = await missingFiles(model, modelsFolder);
    if (missing.length === 0) {
      return { name, state: 'ok', message: `${model.name}: all files are there, sha256 as pinned` };
    }
    const paths = missing.map(({ path }) => path).join(', ');
    return {
      name,
      state: 'warning',
      message: `${model.name} lacks ${paths} in ${modelsFolder}; npm start fetches them`,
    };
  } catch (error) {
    return { name, state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
