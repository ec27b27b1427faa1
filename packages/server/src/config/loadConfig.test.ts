// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are written so in configuration files
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TinyObsError } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigSources, loadConfig } from './loadConfig.js';
import { parseConfig } from './parseConfig.js';
import type { Config } from './schema.js';
import { configYaml } from './writtenConfig.js';

const KEY = 'k'.repeat(30);

describe('loading a configuration', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-config-'));
    file = join(folder, 'tinyobs.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...lines: string[]) => writeFileSync(file, `${lines.join('\n')}\n`);
  const flag = (path: string, value: string) => ({ path, value, flag: `--set ${path}` });
  const load = (sources: ConfigSources = {}): Config =>
    parseConfig(loadConfig({ file, environment: {}, ...sources }).input);
  /** The lines of what is wrong, with paths below the folder. */
  const problems = (sources: ConfigSources = {}): string[] => {
    try {
      loadConfig({ file, environment: {}, ...sources });
    } catch (error) {
      return (error as Error).message.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  };

  it('takes a file, then the environment, then flags, each stronger than the one before', () => {
    write(
      'dataDir: /from/file',
      'limits:',
      '  series: 10',
      '  seriesPerMetric: 5',
      'query: { lookback: 1m }',
      'storage:',
    );
    const environment = { TINYOBS_LIMITS_SERIES: '20', TINYOBS_LIMITS_SERIES_PER_METRIC: '6', HOME: '/root' };
    const flags = [flag('limits.series', '30'), flag('insecure', 'yes')];
    const { input, settings } = loadConfig({ file, environment, flags });
    expect(parseConfig(input)).toMatchObject({
      dataDir: '/from/file',
      insecure: true,
      limits: { series: 30, seriesPerMetric: 6, labelsPerSeries: 64 },
      query: { lookback: 60_000, timeout: 120_000 },
    });
    expect(settings).toEqual([
      { path: 'dataDir', value: '/from/file', origin: `${file}:1` },
      { path: 'insecure', value: true, origin: '--set insecure' },
      { path: 'limits.series', value: 30, origin: '--set limits.series' },
      { path: 'limits.seriesPerMetric', value: 6, origin: 'TINYOBS_LIMITS_SERIES_PER_METRIC' },
      { path: 'query.lookback', value: '1m', origin: `${file}:5` },
    ]);
  });

  it('finds the file by TINYOBS_CONFIG, and the environment in that of the process', () => {
    write('limits: {series: 7}');
    expect(load({ file: undefined, environment: { TINYOBS_CONFIG: file } }).limits.series).toBe(7);
    process.env.TINYOBS_QUERY_QUEUE = '3';
    try {
      expect(parseConfig(loadConfig({ file }).input).query.queue).toBe(3);
    } finally {
      delete process.env.TINYOBS_QUERY_QUEUE;
    }
  });

  it('takes an empty file, dotted keys, aliases, lists of rules and what YAML has beside', () => {
    write('# nothing', '');
    expect(load()).toEqual(parseConfig({}));
    write(
      'limits.series: 5',
      'query: &wide',
      '  samples: 1_000_000',
      'storage:',
      '  retention:',
      '    matchers: {\'{job="debug"}\': 1d, \'{env="test"}\': 2d}',
    );
    expect(problems()).toEqual([
      'tinyobs.yaml:3: query.samples is "1_000_000"; expected: a whole number of at least 1',
    ]);
    write('limits.series: &few 5', 'query:', '  samples: *few', '  series: *few');
    expect(load()).toMatchObject({ limits: { series: 5 }, query: { samples: 5, series: 5 } });
  });

  it('says all that is wrong at once, each with where it is written', () => {
    write(
      'limits:',
      '  seris: 5',
      '  labelsPerSeries: many',
      'limit:',
      '  series: 5',
      'query: 5',
      'storage: { durability: maybe }',
      'limits.labelsPerSeries: 6',
    );
    const environment = { TINYOBS_LIMIT_SERIES: '5', TINYOBS_QUERY_LOOKBACK: '5 min' };
    const flags = [flag('limits.requestBytes', '5 apples'), flag('__proto__.polluted', '1')];
    expect(problems({ environment, flags })).toEqual([
      '10 problems in the configuration:',
      'tinyobs.yaml:2: unknown configuration key limits.seris; did you mean limits.series?',
      'tinyobs.yaml:4: unknown configuration key limit; did you mean limits?',
      'tinyobs.yaml:6: query is a group of keys; write them below it',
      expect.stringMatching(/^tinyobs\.yaml:8: limits\.labelsPerSeries is set already at .*tinyobs\.yaml:3$/),
      'unknown environment variable TINYOBS_LIMIT_SERIES; did you mean TINYOBS_LIMITS_SERIES?',
      '--set __proto__.polluted: unknown configuration key __proto__.polluted; see docs/configuration.md for all of them',
      expect.stringMatching(/^tinyobs\.yaml:7: storage\.durability is "maybe"; expected: /),
      'tinyobs.yaml:3: limits.labelsPerSeries is "many"; expected: a whole number of at least 1',
      '--set limits.requestBytes: limits.requestBytes is "5 apples"; expected: a size like 512KiB, 32MB or 1GiB',
      expect.stringMatching(/^TINYOBS_QUERY_LOOKBACK: query\.lookback is "5 min"; expected: /),
    ]);
  });

  it('has a code for keys that nobody knows, and one for everything else', () => {
    const codeOf = (sources: ConfigSources): unknown => {
      try {
        return loadConfig({ environment: {}, ...sources });
      } catch (error) {
        return (error as TinyObsError).code;
      }
    };
    expect(codeOf({ flags: [flag('limits.seris', '5')] })).toBe('config_unknown_key');
    expect(codeOf({ flags: [flag('limits.seris', '5'), flag('limits.series', 'x')] })).toBe('config_invalid');
    expect(codeOf({ file: join(folder, 'nowhere.yaml') })).toBe('config_invalid');
  });

  it('says where a file is no YAML, and when it holds something else', () => {
    write('limits:', '  series: [5', 'query: {}');
    expect(problems()[0]).toMatch(/^tinyobs\.yaml:[23]: /);
    write('limits: {series: 5}', 'limits: {series: 6}');
    expect(problems()).toEqual(['tinyobs.yaml:2: Map keys must be unique']);
    write('- limits');
    expect(problems()).toEqual(['tinyobs.yaml: must hold a mapping of keys to values']);
    write('limits: {series: }', 'dataDir: *nowhere');
    expect(problems().length).toBeGreaterThan(0);
  });

  it('looks at no value that a stronger source replaces', () => {
    write('limits:', '  series: many', 'dataDir: ${NOWHERE}', 'auth: { adminKey: <secret> }');
    const environment = {
      TINYOBS_LIMITS_SERIES: '5',
      TINYOBS_DATA_DIR: '/data',
      TINYOBS_AUTH_ADMIN_KEY: KEY,
    };
    expect(load({ environment })).toMatchObject({
      limits: { series: 5 },
      dataDir: '/data',
      auth: { adminKey: KEY },
    });
  });

  it('is not confused by what a cluster sets beside a service called tinyobs', () => {
    write('');
    const links = {
      TINYOBS_SERVICE_HOST: '10.0.0.1',
      TINYOBS_SERVICE_PORT: '8080',
      TINYOBS_SERVICE_PORT_HTTP: '8080',
      TINYOBS_PORT: 'tcp://10.0.0.1:8080',
      TINYOBS_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      TINYOBS_PORT_8080_TCP_ADDR: '10.0.0.1',
      TINYOBS_SERVER_PORT_8080_TCP_PROTO: 'tcp',
    };
    expect(load({ environment: links })).toEqual(parseConfig({}));
    expect(problems({ environment: { TINYOBS_PORT: '9090' } })[0]).toContain('TINYOBS_PORT');
  });
});

describe('variables in a configuration file', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'tinyobs-config-')), 'tinyobs.yaml');
  });
  afterEach(() => rmSync(join(file, '..'), { recursive: true }));
  const load = (text: string, environment: Record<string, string> = {}) => {
    writeFileSync(file, text);
    return parseConfig(loadConfig({ file, environment }).input);
  };
  const problem = (text: string, environment: Record<string, string> = {}) => {
    try {
      load(text, environment);
    } catch (error) {
      return (error as Error).message.replaceAll(file, 'file');
    }
    return undefined;
  };

  it.each([
    ['${HERE}', '/here'],
    ['${HERE}/${BELOW:-data}', '/here/data'],
    ['${HERE:-/there}', '/here'],
    ['${EMPTY:-/there}', '/there'],
    ['${NONE:-}/x', '/x'],
    ['${NONE:-http://a:1/?b=-}', 'http://a:1/?b=-'],
    ['$${HERE}/$HERE/$', '${HERE}/$HERE/$'],
    ['$$${HERE}', '$${HERE}'],
  ])('make %s %s', (written, dataDir) => {
    expect(load(`dataDir: "${written}"`, { HERE: '/here', EMPTY: '' }).dataDir).toBe(dataDir);
  });

  it('stand for numbers, and inside of lists of rules', () => {
    const text =
      'limits: {series: "${N}"}\nstorage: {retention: {matchers: {\'{job="x"}\': "${DAYS}d"}}}\ninsecure: ${YES}';
    const config = load(text, { N: '5', DAYS: '2', YES: 'true' });
    expect(config.limits.series).toBe(5);
    expect(config.storage.retention.matchers).toMatchObject([{ ms: 2 * 86_400_000 }]);
    expect(config.insecure).toBe(true);
  });

  it('are missed by name, all at once', () => {
    expect(problem('dataDir: ${HERE}/${THERE}')).toBe(
      [
        '2 problems in the configuration:',
        'file:1: dataDir needs the variable HERE, which is not set; set it, or write ${HERE:-default}',
        'file:1: dataDir needs the variable THERE, which is not set; set it, or write ${THERE:-default}',
      ].join('\n'),
    );
    for (const bad of ['${}', '${a b}', '${1}', '${HERE:?why}', '${HERE']) {
      expect(problem(`dataDir: "${bad}"`, { HERE: '/' })).toMatch(
        /^file:1: dataDir has \$\{ without the name of a variable: write \$\{NAME\}/,
      );
    }
  });

  it('are not looked for in variables and flags', () => {
    const environment = { TINYOBS_DATA_DIR: '${HERE}' };
    expect(parseConfig(loadConfig({ environment }).input).dataDir).toBe('${HERE}');
  });
});

describe('secrets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-config-'));
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/key'), `${KEY}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const adminKey = (sources: ConfigSources) => {
    const { input, files, settings, written } = loadConfig({ environment: {}, ...sources });
    expect(JSON.stringify([settings, written])).not.toContain(KEY);
    expect(written.auth).toEqual({ adminKey: '<secret>' });
    return { key: parseConfig(input).auth.adminKey, files: [...files.keys()] };
  };
  const problem = (sources: ConfigSources) => {
    try {
      loadConfig({ environment: {}, ...sources });
    } catch (error) {
      return (error as Error).message.replaceAll(`${folder}/`, '');
    }
    return undefined;
  };
  const inFile = (value: string) => {
    const file = join(folder, 'tinyobs.yaml');
    writeFileSync(file, `auth:\n  adminKey: ${value}\n`);
    return file;
  };

  it('are read from files that a configuration file, a variable or a flag names', () => {
    const secret = join(folder, 'secrets/key');
    const file = inFile('file:secrets/key');
    expect(adminKey({ file })).toEqual({ key: KEY, files: [file, secret] });
    const byVariable = inFile('file:${WHERE}/key');
    const environment = { WHERE: join(folder, 'secrets') };
    expect(adminKey({ file: byVariable, environment }).key).toBe(KEY);
    expect(adminKey({ environment: { TINYOBS_AUTH_ADMIN_KEY: `file:${secret}` } }).key).toBe(KEY);
    expect(adminKey({ environment: { TINYOBS_AUTH_ADMIN_KEY_FILE: secret } })).toEqual({
      key: KEY,
      files: [secret],
    });
    const flags = [{ path: 'auth.adminKey', value: `file:${secret}`, flag: '--set auth.adminKey' }];
    expect(adminKey({ flags, environment: { TINYOBS_AUTH_ADMIN_KEY: 'other'.repeat(9) } }).key).toBe(KEY);
    expect(adminKey({ environment: { TINYOBS_AUTH_ADMIN_KEY: KEY } })).toEqual({ key: KEY, files: [] });
  });

  it('lose one newline at their end', () => {
    const secret = join(folder, 'secrets/key');
    const environment = { TINYOBS_AUTH_ADMIN_KEY_FILE: secret };
    for (const end of ['', '\n', '\r\n']) {
      writeFileSync(secret, `${KEY}${end}`);
      expect(adminKey({ environment }).key).toBe(KEY);
    }
    writeFileSync(secret, `${KEY}\n\n`);
    expect(problem({ environment })).toBe(
      'TINYOBS_AUTH_ADMIN_KEY_FILE: auth.adminKey is <secret>; expected: at least 22 characters without spaces, which is 128 random bits in base64',
    );
  });

  it('that are missing, empty, too short or given twice are named, never shown', () => {
    expect(problem({ file: inFile('file:secrets/none') })).toMatch(
      /^tinyobs\.yaml:2: auth\.adminKey cannot be read from secrets\/none: ENOENT/,
    );
    writeFileSync(join(folder, 'secrets/empty'), '\n');
    expect(problem({ file: inFile('file:secrets/empty') })).toBe(
      'tinyobs.yaml:2: auth.adminKey is to be read from secrets/empty, which is empty',
    );
    const short = problem({ file: inFile('hunter2') });
    expect(short).toMatch(/^tinyobs\.yaml:2: auth\.adminKey is <secret>; expected: at least 22/);
    const both = { TINYOBS_AUTH_ADMIN_KEY: KEY, TINYOBS_AUTH_ADMIN_KEY_FILE: join(folder, 'secrets/key') };
    expect(problem({ environment: both })).toBe(
      'TINYOBS_AUTH_ADMIN_KEY_FILE: TINYOBS_AUTH_ADMIN_KEY is set, too; set one of them',
    );
    expect(problem({ environment: { TINYOBS_LISTEN_FILE: '/x' } })).toMatch(
      /^unknown environment variable TINYOBS_LISTEN_FILE; did you mean TINYOBS_LISTEN\?/,
    );
  });

  it('stay what they were in what is printed', () => {
    const file = inFile(KEY);
    const { written } = loadConfig({ file, environment: { TINYOBS_LIMITS_SERIES: '5' } });
    const printed = join(folder, 'printed.yaml');
    writeFileSync(printed, configYaml(written));
    const again = loadConfig({ file: printed, environment: { TINYOBS_AUTH_ADMIN_KEY: KEY } });
    expect(again.written).toEqual(written);
    expect(problem({ file: printed })).toMatch(
      /^printed\.yaml:\d+: auth\.adminKey was not printed: .* or set TINYOBS_AUTH_ADMIN_KEY$/,
    );
  });
});
