import { serviceDatabase } from '@kindred/shared/database';
import { runService, sayListening } from '@kindred/shared/run-service';
import { composeIndex } from './compose.ts';
import { readIndexConfig } from './config.ts';

const CONNECTIONS_MAX = 5;

await runService({
  name: 'index',
  readConfig: readIndexConfig,
  start: async ({ config, log, registry }) => {
    const database = serviceDatabase(config.databaseUrl, CONNECTIONS_MAX, log);
    const service = composeIndex({ database, folder: config.folder, log, registry });
    void service.index.start();
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await database.end();
      },
    };
  },
  onListening: sayListening('index'),
});
