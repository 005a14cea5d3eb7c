import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '@kindred/shared/platform/database';
import { freePort } from '../free-port.ts';
import { dataFolderOf, movedTo } from './data-folder.ts';
import { DatabaseOwner, FolderInUseError } from './database-owner.ts';
import { installPostgres, type PostgresInstallation } from './postgres-installation.ts';
import { isServing } from './postgres-process.ts';
import { type PostgresServer, runningServer, serverPid, spawnServer, stopServer } from './postgres-server.ts';
import { guardServer } from './server-guard.ts';

/** Folder of the server, and the reaction to its loss. */
export interface LocalPostgresOptions {
  /** Holds data, password and log; made on first use. */
  readonly folder: string;
  /**
   * Called once when another process has become the owner, or when the server does not come back within a minute. By
   * default it throws, and so ends this process.
   */
  readonly onLost?: ((error: Error) => void) | undefined;
}

const OWN_TIMEOUT_MS = 60_000;
const RETRY_MS = 200;

/**
 * A real PostgreSQL server on a free port of 127.0.0.1 that this process owns, as the only one. One that dies is started
 * again on the same address. It ends with its owner: where that is killed, after a grace of ten seconds in which a new
 * owner takes it over as it runs.
 */
export class LocalPostgres {
  readonly url: string;
  readonly #installation: PostgresInstallation;
  readonly #onLost: (error: Error) => void;
  #server: PostgresServer;
  #owner: DatabaseOwner | undefined;
  #dismissGuard = (): void => {};

  private constructor(installation: PostgresInstallation, server: PostgresServer, onLost: (error: Error) => void) {
    this.#installation = installation;
    this.#server = server;
    this.#onLost = onLost;
    this.url = server.url;
  }

  /** @throws {FolderInUseError} when another process owns the server of this folder. */
  static async start({ folder, onLost = rethrow }: LocalPostgresOptions): Promise<LocalPostgres> {
    const installation = await installPostgres(folder);
    // Before there is a server: an owner may be killed while it starts one. It leaves servers of other owners alone.
    const guard = guardServer(installation);
    for (const deadline = Date.now() + OWN_TIMEOUT_MS; ; await sleep(RETRY_MS)) {
      const server = (await runningServer(installation)) ?? (await spawnServer(installation, await freePort()));
      const postgres = new LocalPostgres(installation, server, onLost);
      postgres.#dismissGuard = () => void guard.kill('SIGKILL');
      try {
        await postgres.#own();
        return postgres;
      } catch (error) {
        if (error instanceof FolderInUseError) postgres.#dismissGuard();
        // The guard of an owner before us may be stopping the server: then we start the next one.
        if (!isDatabaseAway(error) || Date.now() > deadline) throw error;
      }
    }
  }

  /** Process of the server that runs now. */
  get pid(): number {
    return this.#server.pid;
  }

  /** Fast shutdown: sessions end, and all that was committed is on disk. */
  async stop(): Promise<void> {
    await this.#owner?.release();
    await stopServer(this.#server.pid, this.#installation.data);
    this.#dismissGuard();
  }

  async #own(): Promise<void> {
    const { url } = this;
    const { folder } = this.#installation;
    this.#owner = await DatabaseOwner.start({ url, folder, revive: () => this.#revive(), onLost: this.#onLost });
  }

  async #revive(): Promise<void> {
    if (await isServing(this.#server.pid, this.#installation.data)) return;
    this.#server = await spawnServer(this.#installation, Number(new URL(this.url).port));
  }
}

/** Ends a server that a killed owner left on `folder`, and deletes the folder and its data, also where that was moved. */
export async function removeLocalPostgres(folder: string): Promise<void> {
  const data = await dataFolderOf(folder);
  const pid = await serverPid(data);
  if (pid !== undefined) await stopServer(pid, data);
  const moved = await movedTo(folder);
  if (moved !== undefined) await rm(moved, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

function rethrow(error: Error): never {
  throw error;
}
