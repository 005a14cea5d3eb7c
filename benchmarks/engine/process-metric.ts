/** A metric of a server that runs, such as `process_cpu_seconds_total`. @throws Error where it is not there or not above 0. */
export async function processMetric(url: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const value = Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]);
  if (!(value > 0)) throw new Error(`the server has no metric ${name}`);
  return value;
}
