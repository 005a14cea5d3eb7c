import kafkajs, { type Admin } from 'kafkajs';

// Node finds only the first few names of this CommonJS package.
const { ConfigResourceTypes, ConfigSource, KafkaJSProtocolError } = kafkajs;

const POLICY = 'cleanup.policy';

/**
 * Makes the brokers compact a topic that exists, so that a deleted key is deleted from their disks. A topic that is
 * compacted is left as it is; another gets `settings`, except where it has its own.
 * @param settings  Of a topic that is compacted.
 * @param warn  Told if the brokers refuse, and what to do about it.
 * @throws while a broker is unavailable.
 */
export async function ensureCompaction(
  admin: Admin,
  topic: string,
  settings: Readonly<Record<string, string>>,
  warn: (text: string) => void,
): Promise<void> {
  try {
    const own = await ownSettings(admin, topic);
    const policies = own[POLICY]?.split(',') ?? [];
    if (policies.includes('compact')) return;
    // The request replaces all of the topic's own settings: those that it has are given again.
    const all = { ...settings, ...own, [POLICY]: ['compact', ...(own[POLICY] === undefined ? ['delete'] : policies)] };
    const configEntries = Object.entries(all).map(([name, value]) => ({ name, value: String(value) }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    });
  } catch (error) {
    if (!(error instanceof KafkaJSProtocolError) || error.retriable) throw error;
    warn(
      `the brokers refuse to compact ${topic} (${error.type}): set cleanup.policy=compact on it, or the dead letters of erased users stay on disk until its retention ends`,
    );
  }
}

/** Settings that the topic has itself; the others are the brokers' own. */
async function ownSettings(admin: Admin, topic: string): Promise<Readonly<Record<string, string>>> {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    includeSynonyms: false,
  });
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  return Object.fromEntries(
    entries
      .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => [configName, configValue]),
  );
}
