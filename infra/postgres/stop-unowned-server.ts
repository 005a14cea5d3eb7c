import { setTimeout as sleep } from 'node:timers/promises';
import { FolderInUseError, ownerSession } from './database-owner.ts';
import { readPassword } from './postgres-installation.ts';
import { runningServer, serverPid, stopServer } from './postgres-server.ts';

// Stops the server of a folder unless a process owns it. Run by the guard of an owner that is gone.
//
// usage: node stop-unowned-server.ts FOLDER DATA

const PATIENCE_MS = 30_000;
const RETRY_MS = 500;
const [folder = '', data = ''] = process.argv.slice(2);

if (!(await isOwned())) {
  const pid = await serverPid(data);
  if (pid !== undefined) await stopServer(pid, data);
}
process.exit(0);

/**
 * True if another process owns the server. Where none does, this one owns it from here on, so that none can become its
 * owner while it is being stopped. A server whose folder is gone has no owner, nor has one that does not answer.
 */
async function isOwned(): Promise<boolean> {
  const password = await readPassword(folder).catch(() => undefined);
  if (password === undefined) return false;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(RETRY_MS)) {
    try {
      const server = await runningServer({ data, password });
      if (server !== undefined) await ownerSession({ url: server.url, folder });
      return false;
    } catch (error) {
      if (error instanceof FolderInUseError) return true;
    }
  }
  return false;
}
