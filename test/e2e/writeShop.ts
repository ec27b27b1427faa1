import { importText, postJson } from '../testServer.js';

/** What a sender may write into a name or a label. */
export const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long_'.repeat(30)}`;

/** A quarter of an hour of a shop: requests of two jobs, a histogram, a gauge, and a name that nobody would give. */
export async function writeShop(url: string): Promise<void> {
  const base = url.replace(/\/$/, '');
  const lines = [
    '# HELP shop_requests_total Requests answered',
    '# TYPE shop_requests_total counter',
    '# HELP shop_seconds Time to answer a request',
    '# TYPE shop_seconds histogram',
  ];
  const now = Date.now();
  for (let second = -900; second <= 0; second += 15) {
    const at = now + second * 1000;
    const count = second + 900;
    for (const [place, route] of ['/', '/cart', '/pay'].entries()) {
      for (const instance of ['a', 'b']) {
        const labels = `job="api",instance="${instance}",route="${route}"`;
        lines.push(
          `shop_requests_total{${labels}} ${(3 - place) * (count + 40 * Math.sin(count / 60))} ${at}`,
        );
      }
    }
    for (const instance of ['a', 'b']) {
      lines.push(`shop_requests_total{job="worker",instance="${instance}",route="/mail"} ${count} ${at}`);
      for (const [le, share] of [
        ['0.1', 0.5],
        ['0.5', 0.9],
        ['+Inf', 1],
      ] as const) {
        lines.push(`shop_seconds_bucket{job="api",instance="${instance}",le="${le}"} ${count * share} ${at}`);
      }
      lines.push(`shop_seconds_count{job="api",instance="${instance}"} ${count} ${at}`);
      lines.push(`shop_seconds_sum{job="api",instance="${instance}"} ${count / 5} ${at}`);
    }
    lines.push(`shop_queue ${20 + 10 * Math.sin(count / 60)} ${at}`);
    lines.push(`{${JSON.stringify(ODD)}} ${count} ${at}`);
  }
  await importText(base, `${lines.join('\n')}\n`);
  const queue = { name: 'shop_queue', type: 'gauge', help: 'Letters that wait', unit: 'letters', value: 20 };
  const answer = await postJson(base, { metrics: [queue] });
  if (!answer.ok) throw new Error(await answer.text());
}
