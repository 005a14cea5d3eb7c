import { Problem } from '../problem.ts';
import type { NewMessage, Position } from './event-log.ts';

export interface AppendQueueOptions {
  /** Makes messages durable; never called again before it has settled. */
  readonly write: (messages: readonly NewMessage[]) => Promise<readonly Position[]>;
  /** Of one write. */
  readonly messagesMax: number;
  /** Of one write, by `messageBytes`; a single message may be larger. */
  readonly bytesMax: number;
  /** Of all that wait; above it appends throw. */
  readonly waitingBytesMax: number;
}

/** Group commit: what arrives while a write is under way shares the next one, so that many small appends cost few writes. */
export interface AppendQueue {
  /**
   * @returns Positions in the order of the input.
   * @throws what the write threw. Those that wait fail with it: each may have waited long already, and would next.
   */
  append(messages: readonly NewMessage[]): Promise<readonly Position[]>;
  /** Refuses further appends; resolves when nothing waits. */
  close(): Promise<void>;
}

interface Piece {
  readonly messages: readonly NewMessage[];
  readonly bytes: number;
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What a record adds to its value, user and headers, rounded up: catalog, lengths, offset and time. */
const OVERHEAD_BYTES = 160;

/** About how much room a message takes in a log, rounded up. */
export function messageBytes({ user, value, headers = {} }: NewMessage): number {
  let bytes = OVERHEAD_BYTES + Buffer.byteLength(user) + value.length;
  for (const [name, text] of Object.entries(headers)) bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

export function createAppendQueue(options: AppendQueueOptions): AppendQueue {
  const { write, messagesMax, bytesMax, waitingBytesMax } = options;
  const waiting: Piece[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let isClosed = false;

  function add(messages: readonly NewMessage[], bytes: number): Promise<readonly Position[]> {
    return new Promise((resolve, reject) => {
      waiting.push({ messages, bytes, resolve, reject });
      waitingBytes += bytes;
    });
  }

  /** Whole pieces, at least one, as many as one write may hold. */
  function takeNext(): Piece[] {
    let bytes = 0;
    let count = 0;
    let end = 0;
    for (const piece of waiting) {
      bytes += piece.bytes;
      count += piece.messages.length;
      if (end > 0 && (bytes > bytesMax || count > messagesMax)) break;
      end++;
    }
    const taken = waiting.splice(0, end);
    for (const piece of taken) waitingBytes -= piece.bytes;
    return taken;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const pieces = takeNext();
      try {
        const positions = await write(pieces.flatMap((piece) => piece.messages));
        let start = 0;
        for (const { messages, resolve } of pieces) {
          resolve(positions.slice(start, start + messages.length));
          start += messages.length;
        }
      } catch (error) {
        waitingBytes = 0;
        for (const { reject } of [...pieces, ...waiting.splice(0)]) reject(error);
      }
    }
    writing = undefined;
  }

  return {
    append: async (messages) => {
      if (isClosed) throw new Error('the event log is closed');
      if (messages.length === 0) return [];
      const pieces = [...piecesOf(messages, messagesMax, bytesMax)];
      const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
      if (waitingBytes > 0 && waitingBytes + bytes > waitingBytesMax) {
        throw new Problem('unavailable', `the event log is behind: ${waitingBytes} bytes wait to be appended`);
      }
      const positions = Promise.all(pieces.map((piece) => add(piece.messages, piece.bytes)));
      writing ??= writeAll();
      return (await positions).flat();
    },
    close: async () => {
      isClosed = true;
      await writing;
    },
  };
}

function* piecesOf(
  messages: readonly NewMessage[],
  messagesMax: number,
  bytesMax: number,
): Generator<{ messages: readonly NewMessage[]; bytes: number }> {
  let start = 0;
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = messageBytes(message);
    if (index > start && (index - start >= messagesMax || bytes + size > bytesMax)) {
      yield { messages: messages.slice(start, index), bytes };
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  yield { messages: messages.slice(start), bytes };
}
