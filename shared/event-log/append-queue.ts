import { Problem } from '../problem.ts';
import type { Position } from './event-log.ts';

/** The log behind a queue, and the limits of its writes. */
export interface AppendQueueOptions<Item> {
  /** Makes messages durable; never called again before it has settled. */
  readonly write: (messages: readonly Item[]) => Promise<readonly Position[]>;
  /** Space that a message takes in the log, rounded up. */
  readonly bytesOf: (message: Item) => number;
  /** Limit of one write. */
  readonly messagesMax: number;
  /** Limit of one write; a single message may be larger. */
  readonly bytesMax: number;
  /** Limit of all that wait; appends beyond it throw. */
  readonly waitingBytesMax: number;
}

/** A run of messages that go into one write together. */
interface Piece<Item> {
  readonly messages: readonly Item[];
  readonly bytes: number;
}

interface WaitingPiece<Item> extends Piece<Item> {
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Group commit: messages that arrive during a write share the next one, so that many small appends cost few writes. */
export class AppendQueue<Item> {
  readonly #options: AppendQueueOptions<Item>;
  readonly #waiting: WaitingPiece<Item>[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: AppendQueueOptions<Item>) {
    this.#options = options;
  }

  /**
   * @returns Positions in the order of the input.
   * @throws what the write threw. All that wait at that time fail with it: each may have waited long already.
   * @throws {Problem} `unavailable` if too much waits.
   */
  async append(messages: readonly Item[]): Promise<readonly Position[]> {
    if (this.#isClosed) throw new Error('the event log is closed');
    if (messages.length === 0) return [];
    const pieces = [...piecesOf(messages, this.#options)];
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.waitingBytesMax) {
      throw new Problem('unavailable', `the event log is behind: ${this.#waitingBytes} bytes wait to be appended`);
    }
    const positions = Promise.all(pieces.map((piece) => this.#add(piece)));
    this.#writing ??= this.#writeAll();
    return (await positions).flat();
  }

  /** Refuses further appends; resolves once nothing waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  #add(piece: Piece<Item>): Promise<readonly Position[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...piece, resolve, reject });
      this.#waitingBytes += piece.bytes;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeNext();
    this.#writing = undefined;
  }

  async #writeNext(): Promise<void> {
    const pieces = this.#takeNext();
    try {
      const positions = await this.#options.write(pieces.flatMap((piece) => piece.messages));
      let start = 0;
      for (const { messages, resolve } of pieces) {
        resolve(positions.slice(start, start + messages.length));
        start += messages.length;
      }
    } catch (error) {
      this.#waitingBytes = 0;
      for (const { reject } of [...pieces, ...this.#waiting.splice(0)]) reject(error);
    }
  }

  /** Takes whole pieces: at least one, and no more than fit into one write. */
  #takeNext(): readonly WaitingPiece<Item>[] {
    const { bytesMax, messagesMax } = this.#options;
    let bytes = 0;
    let count = 0;
    let end = 0;
    for (const piece of this.#waiting) {
      bytes += piece.bytes;
      count += piece.messages.length;
      if (end > 0 && (bytes > bytesMax || count > messagesMax)) break;
      end++;
    }
    const taken = this.#waiting.splice(0, end);
    for (const piece of taken) this.#waitingBytes -= piece.bytes;
    return taken;
  }
}

/** Cuts messages into pieces that each fit into one write. */
function* piecesOf<Item>(
  messages: readonly Item[],
  { bytesOf, bytesMax, messagesMax }: AppendQueueOptions<Item>,
): Generator<Piece<Item>> {
  let start = 0;
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = bytesOf(message);
    if (index > start && (index - start >= messagesMax || bytes + size > bytesMax)) {
      yield { messages: messages.slice(start, index), bytes };
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  yield { messages: messages.slice(start), bytes };
}
