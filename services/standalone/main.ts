import { setTimeout as sleep } from 'node:timers/promises';
import { runService } from '@kindred/shared/platform/run-service';
import { readStandaloneConfig } from './config.ts';
import { DEMO_CATALOG, demoEmbedded, loadDemo } from './demo-catalog.ts';
import { type Engine, startEngine } from './engine.ts';

const READY_POLL_MS = 20;

await runService({
  name: 'kindred',
  readConfig: readStandaloneConfig,
  start: async ({ config, log, registry, fail }) => {
    const engine = await startEngine(config, { log, registry, onDatabaseLost: fail });
    let isDemoReady = !config.hasDemo;
    return {
      ...engine,
      notReady: () => [...engine.notReady(), ...(isDemoReady ? [] : ['demo'])],
      fillDemo: async () => {
        if (config.hasDemo) await fillDemo(engine, config.dataFolder);
        isDemoReady = true;
      },
    };
  },
  onListening: async (service, url, { hasDemo }) => {
    await service.fillDemo();
    while (service.notReady().length > 0) await sleep(READY_POLL_MS);
    announce(url, hasDemo);
  },
});

async function fillDemo({ ingestion, ranking }: Engine, dataFolder: string): Promise<void> {
  await loadDemo({ ingestion, ranking }, dataFolder);
  await demoEmbedded(ingestion, (waiting, total) =>
    console.log(`Kindred: embedding the demo catalog, ${total - waiting} of ${total} …`),
  );
}

function announce(url: string, hasDemo: boolean): void {
  const catalog = `${url}/v1/catalogs/${hasDemo ? DEMO_CATALOG : 'main'}`;
  const post = `curl -s -H 'Content-Type: application/json'`;
  const tookSeconds = performance.now() / 1000;
  console.log(`Kindred is ready at ${url} (${tookSeconds.toFixed(1)} s). Three things to try:
  ${post} ${catalog}/recommendations -d '{"user": "reader-amara", "limit": 5, "expand": true}'
  ${post} ${catalog}/search -d '{"text": "a murder solved in a quiet village", "limit": 5, "expand": true}'
  open ${url}/docs`);
}
