/** Structured log of the service: fields first, a constant sentence last. Loggers of pino have this form. */
export interface Log {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}
