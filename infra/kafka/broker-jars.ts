import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMaven } from '../maven.ts';

const KAFKA_VERSION = '4.4.0';
// Without log4j-slf4j-impl the broker logs nothing.
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

/** Folder of all jars; whole if it exists. */
function jarsPath(jarsFolder: string): string {
  return join(jarsFolder, `libs-${KAFKA_VERSION}`);
}

/** True if the jars are there, so that neither Maven nor a network is needed. */
export async function hasBrokerJars(jarsFolder: string): Promise<boolean> {
  return stat(jarsPath(jarsFolder)).then(
    () => true,
    () => false,
  );
}

/**
 * Fetches Apache Kafka's jars from Maven Central: 43 MB, up to half a minute, once. They are collected in a temporary folder
 * that is then renamed, so concurrent callers each end with a whole set.
 * @param say  Told before the download.
 * @returns Folder of the jars.
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
    await runMaven([
      `--file=${join(partial, 'pom.xml')}`,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(partial, 'libs')}`,
    ]);
    await rename(join(partial, 'libs'), path).catch(async (error) => {
      // Another caller was faster.
      if (!(await hasBrokerJars(jarsFolder))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return path;
}
