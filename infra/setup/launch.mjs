// Runs one of the project's programs on a machine that may have nothing but npm and Node 20: installs what the lockfile
// says, then starts the program on the pinned Node 24. Plain JavaScript without imports from packages, because it runs
// before there are any.
//
// usage: node infra/setup/launch.mjs [--no-models | --all-models] PROGRAM.ts [ARGUMENT …]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.kindred-installed');
const words = process.argv.slice(2);
const models = words[0]?.startsWith('--') ? words[0] : '--chosen-model';
const program = words[0]?.startsWith('--') ? words.slice(1) : words;

installDependencies();
const node = pinnedNode();
if (models !== '--no-models') {
  const names = models === '--all-models' ? ['bge-small-en-v1.5', 'all-minilm-l6-v2'] : [];
  const prepared = spawnSync(node, [join(root, 'infra', 'setup', 'prepare.ts'), ...names], {
    stdio: 'inherit',
    env: environment(),
  });
  if (prepared.status !== 0) process.exit(prepared.status ?? 1);
}
runProgram();

function installDependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  requireTools();
  console.log('Kindred set-up: installing dependencies from the lockfile (about a minute, once) …');
  const install = spawnSync('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // ONNX Runtime's install step would download GPU files; the CPU build is in the package.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', CXXFLAGS: process.env.CXXFLAGS ?? '-O3 -march=native' },
  });
  if (install.status !== 0) fail(`npm ci failed${install.error ? `: ${install.error.message}` : ''}`);
  writeFileSync(stamp, wanted);
}

/** hnswlib-node is compiled at install: say at once what is missing, not after a page of node-gyp's output. */
function requireTools() {
  const found = (...commands) => commands.some((command) => spawnSync(command, ['--version']).status === 0);
  const missing = [];
  if (!found('npm') && process.platform !== 'win32') missing.push('npm');
  if (!found('python3', 'python')) missing.push('Python 3');
  if (process.platform !== 'win32' && !found('c++', 'g++', 'clang++')) missing.push('a C++ compiler (g++ or clang++)');
  if (process.platform !== 'win32' && !found('make')) missing.push('make');
  if (missing.length > 0) {
    fail(
      `this machine lacks ${missing.join(', ')}. On Debian: apt-get install python3 g++ make; on macOS: xcode-select --install`,
    );
  }
}

function pinnedNode() {
  const path = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const version = spawnSync(path, ['-v'], { encoding: 'utf8' }).stdout?.trim();
  if (!version?.startsWith('v24.')) {
    fail(`the pinned Node 24 runtime is not there (found ${version || 'none'}): delete node_modules and start again`);
  }
  return path;
}

function environment() {
  return { ...process.env, PATH: join(modules, '.bin') + delimiter + process.env.PATH };
}

/** Passes signals on and ends as the program ended. A terminal sends Ctrl-C to both; the program counts the first only. */
function runProgram() {
  const child = spawn(node, program, { stdio: 'inherit', env: environment() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}

function fail(message) {
  console.error(`Kindred set-up: ${message}`);
  process.exit(1);
}
