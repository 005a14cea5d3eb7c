import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KAFKA_VERSION = '4.4.0';
const MAVEN_TIMEOUT_MS = 300_000;
// log4j-slf4j-impl: without it the broker logs nothing.
const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>kindred</groupId>
  <artifactId>local-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.5</version>
    </dependency>
  </dependencies>
</project>
`;

/** Where `brokerJars` keeps the jars; whole if it exists. */
function jarsPath(jarsFolder: string): string {
  return join(jarsFolder, `libs-${KAFKA_VERSION}`);
}

/** Whether the jars are there, so that neither Maven nor a network is needed. */
export async function hasBrokerJars(jarsFolder: string): Promise<boolean> {
  return stat(jarsPath(jarsFolder)).then(
    () => true,
    () => false,
  );
}

/**
 * Fetches Apache Kafka's jars from Maven Central (43 MB, up to half a minute, once) and returns their folder. They are
 * collected in a temporary folder that is then renamed, so callers at once each end with a whole set.
 * @throws {Error} with Maven's last lines when it fails.
 */
export async function brokerJars(jarsFolder: string, say: (line: string) => void): Promise<string> {
  const path = jarsPath(jarsFolder);
  if (await hasBrokerJars(jarsFolder)) return path;
  say(`fetching Apache Kafka ${KAFKA_VERSION} with Maven (43 MB, once)`);
  await mkdir(jarsFolder, { recursive: true });
  const partial = await mkdtemp(join(jarsFolder, 'partial-'));
  try {
    await writeFile(join(partial, 'pom.xml'), POM);
    await copyDependencies(join(partial, 'pom.xml'), join(partial, 'libs'));
    await rename(join(partial, 'libs'), path).catch(async (error) => {
      // Another caller was faster.
      if (!(await hasBrokerJars(jarsFolder))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return path;
}

async function copyDependencies(pom: string, outputDirectory: string): Promise<void> {
  const maven = spawn(
    'mvn',
    [
      '--batch-mode',
      '--quiet',
      '--file',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${outputDirectory}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: MAVEN_TIMEOUT_MS },
  );
  let output = '';
  for (const stream of [maven.stdout, maven.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-2_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => maven.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka:\n${output.trim()}`);
}
