import { serviceDatabase } from '@kindred/shared/platform/database';
import { runService, sayListening } from '@kindred/shared/platform/run-service';
import { composeTrainer } from './compose.ts';
import { readTrainerConfig } from './config.ts';

const CONNECTIONS_MAX = 4;

await runService({
  name: 'trainer',
  readConfig: readTrainerConfig,
  start: async ({ config: { databaseUrl, trainingHours: hours }, log, registry }) => {
    const database = serviceDatabase(databaseUrl, CONNECTIONS_MAX, log);
    const service = composeTrainer({ database, databaseUrl, hours, log, registry });
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await database.end();
      },
    };
  },
  onListening: sayListening('trainer'),
});
