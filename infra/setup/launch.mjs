// Runs one of the project's programs on a machine that may have nothing but npm and Node 20: installs what the lockfile
// says, then starts the program on the pinned Node 24. Plain JavaScript without imports from packages, because it runs
// before there are any.
//
// usage: node infra/setup/launch.mjs [--no-models | --all-models] PROGRAM.ts [ARGUMENT …]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PARENT_POLL_MS = 500;
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.kindred-installed');
const startedBy = lineage();
const words = process.argv.slice(2);
const models = words[0]?.startsWith('--') ? words[0] : '--chosen-model';
const program = words[0]?.startsWith('--') ? words.slice(1) : words;

installDependencies();
const node = pinnedNode();
if (models !== '--no-models') prepareModels();
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

/** Says at once what is missing to compile hnswlib-node at install, not after a page of node-gyp's output. */
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

function prepareModels() {
  const names = models === '--all-models' ? ['bge-small-en-v1.5', 'all-minilm-l6-v2'] : [];
  const prepare = join(root, 'infra', 'setup', 'prepare.ts');
  const prepared = spawnSync(node, [prepare, ...names], { stdio: 'inherit', env: environment() });
  if (prepared.status !== 0) process.exit(prepared.status ?? 1);
}

function environment() {
  return { ...process.env, PATH: join(modules, '.bin') + delimiter + process.env.PATH };
}

/**
 * Passes signals on and ends as the program ended. A terminal sends Ctrl-C to both; the program counts the first only. The
 * channel to the program closes when this launcher is gone, in whatever way; the server then stops.
 */
function runProgram() {
  const child = spawn(node, program, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: environment() });
  let isTold = false;
  const tell = (signal) => {
    isTold = true;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tell(signal));
  // A program that was told already is finishing its work.
  onNpmEnd(() => isTold || tell('SIGTERM'));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}

/**
 * Calls back once when npm is gone that started this launcher, or the shell between both: signals for npm alone do not
 * come this far. A launcher that npm did not start outlives its parent, as `nohup`, `setsid` and `&` in a shell ask for.
 */
function onNpmEnd(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const timer = setInterval(() => {
    if (lineage() === startedBy) return;
    clearInterval(timer);
    callback();
  }, PARENT_POLL_MS);
}

/** Process ids of the parent and, where that is a shell, of the shell's parent (Linux; elsewhere shells run one program in their place). */
function lineage() {
  const parent = process.ppid;
  try {
    const [, name, grandparent] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'));
    return name.endsWith('sh') ? `${parent} ${grandparent}` : `${parent}`;
  } catch {
    return `${parent}`;
  }
}

function fail(message) {
  console.error(`Kindred set-up: ${message}`);
  process.exit(1);
}
