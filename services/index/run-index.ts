import { serviceDatabase } from '@kindred/shared/platform/database';
import { runService, sayListening } from '@kindred/shared/platform/run-service';
import { composeIndex, type IndexParts } from './compose.ts';
import { readIndexConfig } from './config.ts';

const CONNECTIONS_MAX = 5;

/** Runs the index service as a process of its own. */
export async function runIndex(name: string, parts: Pick<IndexParts, 'snapshots'> = {}): Promise<void> {
  await runService({
    name,
    readConfig: readIndexConfig,
    start: async ({ config, log, registry }) => {
      const database = serviceDatabase(config.databaseUrl, CONNECTIONS_MAX, log);
      const { engine, folder } = config;
      const service = composeIndex({ database, engine, folder, log, registry, ...parts });
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
