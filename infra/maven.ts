import { spawn } from 'node:child_process';

const TIMEOUT_MS = 300_000;
const OUTPUT_CHARACTERS_MAX = 2_000;

/**
 * Runs Maven without questions and without its progress lines.
 * @throws {Error} with the end of its output when it fails, and when it is not installed or takes over five minutes.
 */
export async function runMaven(words: readonly string[]): Promise<void> {
  const maven = spawn('mvn', ['--batch-mode', '--quiet', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [maven.stdout, maven.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    maven.on('error', (cause) => reject(new Error('Maven (mvn) is not installed', { cause })));
    maven.on('close', resolve);
  });
  if (code !== 0) throw new Error(`Maven failed: ${output.trim() || `it ended with ${code ?? 'a signal'}`}`);
}
