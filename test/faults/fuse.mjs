// Preloaded into services by fault tests: ends the process by SIGKILL at a named point, when a file `SERVICE.POINT` lies
// in the folder KINDRED_FUSES. The file is deleted first, so that the process that takes this one's place lives.
import { rmSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const folder = process.env.KINDRED_FUSES;
// In a thread the program is the thread's own.
const service = /services\/(\w+)\//.exec(process.argv[1] ?? '')?.[1];

function burn(name) {
  const fuse = join(folder, `${service}.${name}`);
  try {
    statSync(fuse);
    rmSync(fuse);
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives a moment later: nothing more is to happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

const { open, rename } = fs;
fs.rename = (from, to) => {
  if (String(to).includes('/index/')) burn('before-snapshot-rename');
  return rename(from, to);
};
fs.open = (path, ...rest) => {
  if (String(path).includes('/index/') && String(rest[0]).startsWith('w')) burn('in-snapshot');
  return open(path, ...rest);
};
syncBuiltinESMExports();

const pg = createRequire(import.meta.url)('pg');
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (...words) {
  const result = query.apply(this, words);
  if (words[0] !== 'COMMIT') return result;
  return result.then((answer) => {
    burn('after-commit');
    return answer;
  });
};
