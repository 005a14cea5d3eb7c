import { testOnBroker } from './on-broker.ts';
import { seededRandom } from './random.ts';
import { comeAndGo, killConsumers, replayUnderFaults } from './replay.ts';

const TWO_CONSUMERS = { replicas: { ranking: 2 } };

testOnBroker('10,000 events under 20 kills of consumers are stored as by a plain replay', {
  timeoutMs: 600_000,
  options: () => TWO_CONSUMERS,
  run: async (engine) => {
    const random = seededRandom('replay under kills');
    await replayUnderFaults(engine, { events: 10_000, disturbance: killConsumers(20, random) }, random);
  },
});

testOnBroker('20,000 events while a consumer comes and goes are stored as by a plain replay', {
  timeoutMs: 600_000,
  options: () => TWO_CONSUMERS,
  run: async (engine) => {
    const random = seededRandom('a consumer that comes and goes');
    await replayUnderFaults(engine, { events: 20_000, disturbance: comeAndGo(6) }, random);
  },
});
