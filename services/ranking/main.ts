import { KafkaEventLog } from '@kindred/shared/event-log/kafka/kafka-event-log';
import { serviceDatabase } from '@kindred/shared/platform/database';
import { runService, sayListening } from '@kindred/shared/platform/run-service';
import { HttpNeighborSource } from './adapters/http-neighbor-source.ts';
import { KafkaDeadLetters } from './adapters/kafka-dead-letters.ts';
import { composeRanking } from './compose.ts';
import { readRankingConfig } from './config.ts';

const CONNECTIONS_MAX = 20;

await runService({
  name: 'ranking',
  readConfig: readRankingConfig,
  start: async ({ config, log, registry }) => {
    const { databaseUrl, kafka, topics, indexUrls: urls, apiKey, model, modelsFolder } = config;
    const database = serviceDatabase(databaseUrl, CONNECTIONS_MAX, log);
    const neighbors = new HttpNeighborSource({ urls, apiKey, registry });
    const groupId = `kindred-ranking.${topics.events}`;
    const client = { ...kafka, clientId: 'kindred-ranking', log };
    const eventLog = new KafkaEventLog({ ...client, topic: topics.events, groupId });
    const deadLetters = KafkaDeadLetters.start({ ...client, topic: topics.deadLetters });
    const service = await composeRanking({
      database,
      databaseUrl,
      eventLog,
      deadLetters,
      neighbors,
      modelsFolder,
      model,
      log,
      registry,
    });
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await Promise.all([deadLetters.close(), neighbors.close()]);
        await database.end();
      },
    };
  },
  onListening: sayListening('ranking'),
});
