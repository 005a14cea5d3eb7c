import { serviceDatabase } from '@kindred/shared/platform/database';
import { runService, sayListening } from '@kindred/shared/platform/run-service';
import { composeIndex, type IndexParts } from './compose.ts';
import { readIndexConfig } from './config.ts';

const CONNECTIONS_MAX = 5;

/** The index service as a process of its own. @param parts  Parts in place of the usual ones. */
export async function runIndex(
  name: string,
  parts: Pick<Partial<IndexParts>, 'startEngine' | 'snapshots'> = {},
): Promise<void> {
  await runService({
    name,
    readConfig: readIndexConfig,
    start: async ({ config, log, registry }) => {
      const database = serviceDatabase(config.databaseUrl, CONNECTIONS_MAX, log);
      const service = composeIndex({ database, folder: config.folder, log, registry, ...parts });
      void service.index.start();
      return {
        ...service,
        stop: async () => {
          await service.stop();
          await database.end();
        },
      };
    },
    onListening: sayListening(name),
  });
}
