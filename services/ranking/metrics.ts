import type { Consumer } from '@kindred/shared/event-log/event-log';
import { Counter, gauge, Histogram, type Registry } from '@kindred/shared/platform/metrics';

/** Measures the stages of each request, and counts what its answer lacked. */
export interface RankingMeter {
  /** Starts the clock. @returns Ends a stage of that name and starts the next; takes the names of what was missing. */
  stages(): (name: string, missing?: readonly string[]) => void;
}

export function rankingMeter(registry: Registry): RankingMeter {
  const seconds = new Histogram({
    name: 'kindred_ranking_stage_duration_seconds',
    help: 'Time that each stage of a recommendation took',
    labelNames: ['stage'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1],
    registers: [registry],
  });
  const degraded = new Counter({
    name: 'kindred_degraded_answers_total',
    help: 'Recommendations that lacked something, by what it was',
    labelNames: ['missing'] as const,
    registers: [registry],
  });
  return {
    stages: () => {
      let startMs = performance.now();
      return (stage, missing = []) => {
        const nowMs = performance.now();
        seconds.observe({ stage }, (nowMs - startMs) / 1000);
        startMs = nowMs;
        for (const name of missing) degraded.inc({ missing: name });
      };
    },
  };
}

/** Registers how far this process is behind the event log, over the partitions that it reads. */
export function consumerMetrics(registry: Registry, consumer: Consumer): void {
  gauge(registry, 'kindred_event_log_lag_messages', 'Messages of the event log that wait to be applied', () =>
    consumer.lag(),
  );
}
