import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { test } from 'vitest';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';

type StartOptions = Parameters<typeof startDistributed>[1];

const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';

export interface BrokerTest {
  readonly timeoutMs: number;
  /** Options that differ from one process of each service. */
  readonly options?: () => StartOptions;
  readonly run: (engine: DistributedEngine) => Promise<void>;
}

/** A test with a broker and the distributed mode of its own; where no broker is to be had, its name says why it is not run. */
export function testOnBroker(name: string, { timeoutMs, options, run }: BrokerTest): void {
  test.skipIf(availability.way === 'none')(
    `${name}${why}`,
    async () => {
      const broker = await startTestBroker(availability);
      try {
        const engine = await startDistributed(broker.brokers, options?.());
        try {
          await run(engine);
        } finally {
          await engine.stop();
        }
      } finally {
        await broker.stop();
      }
    },
    timeoutMs,
  );
}
