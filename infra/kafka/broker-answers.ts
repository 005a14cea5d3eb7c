import { Kafka, logLevel } from 'kafkajs';

/** True if a broker on a port of this machine answers and knows its controller. */
export async function answers(port: number): Promise<boolean> {
  const retry = { initialRetryTime: 50, maxRetryTime: 50, retries: 0 };
  const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry }).admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length === 1 && controller !== null;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
