import { setTimeout as sleep } from 'node:timers/promises';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import { StartError } from '@kindred/shared/platform/config';
import pg from 'pg';

/** Someone else serves from the folder. */
export class FolderInUseError extends StartError {
  constructor(folder: string) {
    super(
      `${folder} is in use by a Kindred that is running: stop that one first, or set KINDRED_DATA_DIR to another folder`,
    );
    this.name = 'FolderInUseError';
  }
}

export interface OwnerOptions {
  readonly url: string;
  readonly folder: string;
  /** Brings the server back where it has died; called before each attempt to own it again. */
  readonly revive: () => Promise<void>;
  /** Called once when the server is lost for good: another process owns it, or it does not come back. */
  readonly onLost: (error: Error) => void;
}

export interface DatabaseOwner {
  release(): Promise<void>;
}

const OWN_TIMEOUT_MS = 3_000;
const LOST_TIMEOUT_MS = 60_000;
const RETRY_MS = 200;

/**
 * Owns a database by an advisory lock, which PostgreSQL frees when this process dies in whatever way. A connection that
 * breaks takes the lock with it: it is taken again.
 * @throws {FolderInUseError} when another process owns it.
 */
export async function ownDatabase(options: OwnerOptions): Promise<DatabaseOwner> {
  const { revive, onLost } = options;
  let isReleased = false;
  let client: pg.Client;

  const regain = async (): Promise<void> => {
    let last: unknown;
    for (const deadline = Date.now() + LOST_TIMEOUT_MS; Date.now() < deadline && !isReleased; await sleep(RETRY_MS)) {
      try {
        await revive();
        await gain();
        return;
      } catch (error) {
        last = error;
        if (error instanceof FolderInUseError) break;
      }
    }
    if (!isReleased) onLost(last instanceof Error ? last : new Error(`the database is lost: ${last}`));
  };

  const gain = async (): Promise<void> => {
    client = await locked(options);
    client.once('end', () => {
      if (!isReleased) void regain();
    });
  };

  await gain();
  return {
    release: async () => {
      isReleased = true;
      await client.end().catch(() => {});
    },
  };
}

async function locked({ url, folder }: OwnerOptions): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'kindred owner', keepAlive: true });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const deadline = Date.now() + OWN_TIMEOUT_MS; ; await sleep(50)) {
      const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS owned', [
        ...ADVISORY_LOCKS.localServer,
      ]);
      if (rows[0].owned) return client;
      if (Date.now() > deadline) throw new FolderInUseError(folder);
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
