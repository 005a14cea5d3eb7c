import { composeIndex } from '@kindred/index/compose';
import { readIndexConfig } from '@kindred/index/config';
import { serviceDatabase } from '@kindred/shared/database';
import { runService, sayListening } from '@kindred/shared/run-service';
import { exactEngine } from './exact-engine.ts';

// The index service's own composition root, but for the engine.
await runService({
  name: 'exact-index',
  readConfig: readIndexConfig,
  start: async ({ config, log, registry }) => {
    const database = serviceDatabase(config.databaseUrl, 5, log);
    const service = composeIndex({ database, folder: config.folder, log, registry, startEngine: exactEngine });
    void service.index.start();
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await database.end();
      },
    };
  },
  onListening: sayListening('exact-index'),
});
