import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { readBrokers } from '../config.ts';
import { brokerAvailability } from './broker-availability.ts';
import { JavaBroker } from './java-broker.ts';
import { localBrokerContract } from './local-broker.contract.ts';
import { testBrokerAvailability } from './test-broker.ts';

const availability = await testBrokerAvailability();
const folder = await mkdtemp(join(tmpdir(), 'kindred-kafka-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('brokers that are given go before a local one', async () => {
  const given = readBrokers({ KAFKA_BROKERS: 'first:9092, second:9092,' });
  expect(await brokerAvailability(folder, given)).toEqual({ way: 'given', brokers: ['first:9092', 'second:9092'] });
});

describe.skipIf(availability.way !== 'local')('a broker of Java', () => {
  const jarsFolder = join(import.meta.dirname, '..', '..', '.kindred', 'kafka');
  localBrokerContract(() => JavaBroker.start({ folder: join(folder, 'contract'), jarsFolder }));

  const OWNER = `
    import { JavaBroker } from '${join(import.meta.dirname, 'java-broker.ts')}';
    const broker = await JavaBroker.start({ folder: '${join(folder, 'owned')}', jarsFolder: '${jarsFolder}' });
    console.log(broker.pid);
    process.stdin.resume().on('data', () => process.exit());
  `;

  test.each(['exits', 'is killed'])('goes with its owner when that %s', async (end) => {
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', OWNER], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [line] = await once(owner.stdout, 'data');
    const pid = Number(String(line));
    expect(() => process.kill(pid, 0)).not.toThrow();
    if (end === 'exits') owner.stdin.write('exit');
    else owner.kill('SIGKILL');
    for (const deadline = Date.now() + 30_000; isAlive(pid) && Date.now() < deadline; ) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
