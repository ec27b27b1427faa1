import { describe, expect, it } from 'vitest';
import { readPrometheusFile } from './prometheusFile.js';
import { scrapeJobOf } from './scrapeJob.js';

const WHOLE = `
global:
  scrape_interval: 30s
  evaluation_interval: 1m
  external_labels: { region: 1.10 }
  sample_limit: 500
rule_files:
alerting: []
scrape_configs:
  - job_name: node
    static_configs:
      - targets: [a:9100, "b:9100"]
        labels: { version: 1.10, on: yes }
  - job_name: all
    scrape_interval: 5s
    scrape_timeout: 4s
    metrics_path: /probe
    scheme: https
    params: { module: [http] }
    honor_labels: true
    honor_timestamps: false
    track_timestamps_staleness: true
    body_size_limit: 10MB
    sample_limit: 7
    label_limit: 20
    label_name_length_limit: 30
    label_value_length_limit: 40
    target_limit: 50
    keep_dropped_targets: 60
    scrape_protocols: [PrometheusText0.0.4]
    enable_compression: false
    follow_redirects: false
    enable_http2: false
    authorization: { credentials_file: token }
    tls_config: { ca_file: ca.pem, cert_file: /abs/cert.pem, key_file: key.pem, server_name: s, insecure_skip_verify: true }
    file_sd_configs: [{ files: [targets/*.json], refresh_interval: 1m }]
    http_sd_configs: [{ url: http://sd.example/targets, basic_auth: { username: u, password_file: pw } }]
    dns_sd_configs: [{ names: [x.example] }, { names: [y.example], type: a, port: 9100 }]
    relabel_configs:
      - { source_labels: [__address__], target_label: x }
    metric_relabel_configs:
      - action: labeldrop
        regex: y
`;

/** The problems of a text, each as `line: message`. */
function problemsOf(text: string): string[] {
  return readPrometheusFile(text, '/etc/p').problems.map(({ line, message }) => `${line}: ${message}`);
}

describe('a configuration file of Prometheus', () => {
  it('is read whole, with scalars as text and paths from its folder', () => {
    const { value, problems } = readPrometheusFile(WHOLE, '/etc/p');
    expect(problems).toEqual([]);
    const [node, all] = value!.scrapeConfigs.map((config) => scrapeJobOf(config, value!.global));
    expect(node).toMatchObject({
      name: 'node',
      intervalMs: 30_000,
      timeoutMs: 10_000,
      limits: { samples: 500 },
    });
    expect(node.discoveries).toEqual([
      {
        kind: 'static',
        groups: [{ targets: ['a:9100', 'b:9100'], labels: { version: '1.10', on: 'yes' } }],
      },
    ]);
    const tls = {
      caFile: '/etc/p/ca.pem',
      certFile: '/abs/cert.pem',
      keyFile: '/etc/p/key.pem',
      serverName: 's',
      insecureSkipVerify: true,
    };
    expect(all).toMatchObject({
      intervalMs: 5000,
      timeoutMs: 4000,
      metricsPath: '/probe',
      scheme: 'https',
      params: { module: ['http'] },
      honorLabels: true,
      honorTimestamps: false,
      trackTimestampsStaleness: true,
      compression: false,
      protocols: ['PrometheusText0.0.4'],
      limits: {
        bodyBytes: 10 * 2 ** 20,
        samples: 7,
        labels: 20,
        labelNameBytes: 30,
        labelValueBytes: 40,
        targets: 50,
        droppedTargetsKept: 60,
      },
      http: {
        tls,
        followRedirects: false,
        authorization: { type: 'Bearer', credentials: { file: '/etc/p/token' } },
      },
      relabeling: [{ action: 'replace', sourceLabels: ['__address__'], targetLabel: 'x', regex: '(.*)' }],
      metricRelabeling: [{ action: 'labeldrop', regex: 'y' }],
    });
    expect(all.discoveries).toMatchObject([
      { kind: 'file', files: ['/etc/p/targets/*.json'], refreshMs: 60_000 },
      {
        kind: 'http',
        url: 'http://sd.example/targets',
        refreshMs: 60_000,
        http: { basicAuth: { username: 'u', password: { file: '/etc/p/pw' } } },
      },
      { kind: 'dns', names: ['x.example'], type: 'SRV', refreshMs: 30_000 },
      { kind: 'dns', names: ['y.example'], type: 'A', port: 9100 },
    ]);
  });

  it('may have nothing in it', () => {
    for (const text of ['', '# nothing\n', 'scrape_configs:\n', 'global: {}\n']) {
      expect(readPrometheusFile(text, '/').value?.scrapeConfigs).toEqual([]);
    }
  });

  it('has all that is wrong with it said, with lines', () => {
    const text = [
      'global:',
      '  scrape_interval: 10s',
      '  scrape_timeout: 20s',
      'rule_files: [x.yml]',
      'scrape_config: []',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      '4: rule_files is not supported by TinyObs; take it out; unknown key scrape_config; did you mean scrape_configs?',
    ]);
    const jobs = [
      'scrape_configs:',
      '  - job_name: a',
      '    scrape_intervall: 5s',
      '    kubernetes_sd_configs: [{ role: pod }]',
      '  - job_name: b',
      '    scheme: ftp',
      '    sample_limit: -1',
      '    static_configs:',
      '      - targets: ["http://x/metrics"]',
      '    relabel_configs:',
      '      - action: keeps',
      '      - action: hashmod',
      '        target_label: x',
      '      - regex: "("',
      '        target_label: y',
      '      - action: labeldrop',
      '        target_label: z',
    ].join('\n');
    expect(problemsOf(jobs)).toEqual([
      expect.stringMatching(
        /^2: scrape_configs\[0\]: unknown key scrape_intervall; did you mean scrape_interval\?; kubernetes_sd_configs is not supported by TinyObs/,
      ),
      '6: scrape_configs[1].scheme: expected http or https',
      expect.stringMatching(
        /^9: scrape_configs\[1\]\.static_configs\[0\]\.targets\[0\]: expected an address/,
      ),
      expect.stringMatching(/^11: .*\.action: expected one of replace, keep/),
      expect.stringMatching(/^12: .*expected a modulus above 0/),
      expect.stringMatching(/^14: .*expected another regex: bad regular expression/),
      expect.stringMatching(/^16: .*expected no target_label: the action labeldrop has nothing but regex/),
      '7: scrape_configs[1].sample_limit: expected a whole number, 0 for no limit',
    ]);
  });

  it.each([
    ['job_name: a', /must|expected a mapping|unknown key job_name/],
    ['- x', /^1: expected a mapping of keys to values/],
    ['scrape_configs: {}', /^1: expected a list/],
    ['scrape_configs: [{}]', /job_name: expected a job name/],
    ['scrape_configs: [{job_name: a}, {job_name: a}]', /another job a/],
    [
      'scrape_configs: [{job_name: a, scrape_interval: 1s, scrape_timeout: 2s}]',
      /at most the scrape_interval/,
    ],
    ['global: {scrape_interval: 1s, scrape_timeout: 2s}', /scrape_timeout of at most/],
    [
      'scrape_configs: [{job_name: a, bearer_token: x, basic_auth: {username: y}}]',
      /at most one of basic_auth/,
    ],
    [
      'scrape_configs: [{job_name: a, basic_auth: {password: y, password_file: z}}]',
      /at most one of password/,
    ],
    ['scrape_configs: [{job_name: a, authorization: {type: Basic}}]', /another type/],
    ['scrape_configs: [{job_name: a, tls_config: {cert_file: x}}]', /both cert_file and key_file/],
    ['scrape_configs: [{job_name: a, file_sd_configs: [{files: [x.txt]}]}]', /ends in \.json/],
    ['scrape_configs: [{job_name: a, http_sd_configs: [{url: "http://u:p@x/"}]}]', /no user in it/],
    ['scrape_configs: [{job_name: a, http_sd_configs: [{url: "file:///x"}]}]', /a URL with http or https/],
    [
      'scrape_configs: [{job_name: a, dns_sd_configs: [{names: [x], type: A}]}]',
      /a port, which A and AAAA need/,
    ],
    ['scrape_configs: [{job_name: a, dns_sd_configs: [{names: [x], type: MX}]}]', /SRV, A or AAAA/],
    ['scrape_configs: [{job_name: a, honor_labels: maybe}]', /true or false/],
    ['scrape_configs: [{job_name: a, body_size_limit: big}]', /a size like/],
    ['scrape_configs: [{job_name: a, oauth2: {client_id: x}}]', /oauth2 is not supported/],
    ['a: b: c', /^1: Nested mappings/],
  ])('refuses %s', (text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('has no secret in what is said of it', () => {
    const text =
      'scrape_configs: [{job_name: a, bearer_token: hunter2, basic_auth: {username: y, password: hunter2, passwort: hunter2}}]';
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain('hunter2');
  });
});
