/** An answer of any status, read to its end. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One request; its answer is text. */
export interface HttpRequest {
  readonly method: string;
  /** With its query; begins with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; a stream is sent as it comes. */
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
}

/** The server to ask, and how long to wait for it. */
export interface HttpClientOptions {
  /** Without a slash at the end. */
  readonly url: string;
  /** `undefined` for a server that asks for none. */
  readonly apiKey?: string;
  /** For a request and its answer together; no limit by default. */
  readonly timeoutMs?: number;
}

/** Asks one server; the API's addresses and forms are the caller's. */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws {TypeError} when the connection breaks, or a `TimeoutError`; an answer of any status is returned. */
  async send({ method, path, headers, body }: HttpRequest): Promise<HttpReply> {
    const { url, apiKey, timeoutMs } = this.#options;
    const all = new Headers(headers);
    if (apiKey !== undefined) all.set('Authorization', `Bearer ${apiKey}`);
    const response = await fetch(url + path, {
      method,
      headers: all,
      body,
      duplex: 'half',
      // A redirected POST would become a GET.
      redirect: 'manual',
      signal: timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
