import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(import.meta.resolve('@kindred/infra/setup/prepare'));

/**
 * Fetches and checks the model that is chosen, unless it is there: some .5 s then. A process of its own, whose memory is
 * given back. Where that fails, it has said why, and this process ends with the same code.
 */
export function prepareModel(): void {
  const { status } = spawnSync(process.execPath, [PROGRAM], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
