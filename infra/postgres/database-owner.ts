import { setTimeout as sleep } from 'node:timers/promises';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import { StartError } from '@kindred/shared/platform/config';
import pg from 'pg';

/** Another process owns the server of a folder. */
export class FolderInUseError extends StartError {
  constructor(folder: string) {
    super(
      `${folder} is in use by a Kindred that is running: stop that one first, or set KINDRED_DATA_DIR to another folder`,
    );
    this.name = 'FolderInUseError';
  }
}

/** A server to own, and the reactions to its loss. */
export interface OwnerOptions {
  readonly url: string;
  /** Named in messages. */
  readonly folder: string;
  /** Brings the server back where it has died; called before each attempt to own it again. */
  readonly revive: () => Promise<void>;
  /** Called once when the server is lost for good: another process owns it, or it does not come back within a minute. */
  readonly onLost: (error: Error) => void;
}

const OWN_TIMEOUT_MS = 3_000;
const OWN_POLL_MS = 50;
const LOST_TIMEOUT_MS = 60_000;
const RETRY_MS = 200;

/**
 * Owns a server by an advisory lock, which PostgreSQL frees when this process dies in whatever way. A connection that
 * breaks takes the lock with it: it is taken again.
 */
export class DatabaseOwner {
  readonly #options: OwnerOptions;
  #session: pg.Client | undefined;
  #isReleased = false;

  private constructor(options: OwnerOptions) {
    this.#options = options;
  }

  /** @throws {FolderInUseError} when another process owns the server for three more seconds. */
  static async start(options: OwnerOptions): Promise<DatabaseOwner> {
    const owner = new DatabaseOwner(options);
    await owner.#gain();
    return owner;
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#session?.end().catch(() => {});
  }

  async #gain(): Promise<void> {
    const session = await ownerSession(this.#options);
    this.#session = session;
    session.once('end', () => {
      if (!this.#isReleased) void this.#regain();
    });
  }

  async #regain(): Promise<void> {
    const { revive, onLost } = this.#options;
    let last: unknown;
    const deadline = Date.now() + LOST_TIMEOUT_MS;
    for (; Date.now() < deadline && !this.#isReleased; await sleep(RETRY_MS)) {
      try {
        await revive();
        await this.#gain();
        return;
      } catch (error) {
        last = error;
        if (error instanceof FolderInUseError) break;
      }
    }
    if (!this.#isReleased) onLost(last instanceof Error ? last : new Error(`the database is lost: ${last}`));
  }
}

/**
 * A session that owns the server until it ends.
 * @throws {FolderInUseError} when another process owns the server for three more seconds.
 */
export async function ownerSession({ url, folder }: Pick<OwnerOptions, 'url' | 'folder'>): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'kindred owner', keepAlive: true });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const deadline = Date.now() + OWN_TIMEOUT_MS; ; await sleep(OWN_POLL_MS)) {
      const { rows } = await client.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS owned', [
        ...ADVISORY_LOCKS.localServer,
      ]);
      if (rows[0]?.owned) return client;
      if (Date.now() > deadline) throw new FolderInUseError(folder);
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
