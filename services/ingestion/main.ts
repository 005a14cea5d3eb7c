import { serviceDatabase } from '@kindred/shared/platform/database';
import { runService, sayListening } from '@kindred/shared/platform/run-service';
import { composeIngestion } from './compose.ts';
import { readIngestionConfig } from './config.ts';

const CONNECTIONS_MAX = 20;

await runService({
  name: 'ingestion',
  readConfig: readIngestionConfig,
  start: async ({ config, log, registry }) => {
    const database = serviceDatabase(config.databaseUrl, CONNECTIONS_MAX, log);
    const { model, modelsFolder, embeddingWorkers: workers } = config;
    const service = composeIngestion({ database, model, modelsFolder, workers, log, registry });
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await database.end();
      },
    };
  },
  onListening: sayListening('ingestion'),
});
