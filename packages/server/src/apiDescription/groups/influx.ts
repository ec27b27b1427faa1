import { z } from 'zod';
import { BODY_ERRORS, SAMPLE_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Operation, optional, required } from '../operation.js';

const write = (id: string, path: string, version: string): Operation => ({
  id,
  path,
  methods: ['POST'],
  summary: `Store samples sent as to InfluxDB ${version}`,
  about:
    'Each field is a series `<measurement>_<field>` with the tags of its line as labels; what PromQL cannot write without quotes becomes `_`. Integers and booleans are numbers, fields that are text are counted and left out. Databases, buckets and organisations are not looked at. A line that cannot be read is refused whole, the others are stored.',
  parameters: {
    precision: optional(
      z.enum(['ns', 'us', 'ms', 's', 'm', 'h', 'n', 'u', '\u00b5']),
      'Unit of timestamps, `ns` where it is not given. Less than a millisecond is cut off.',
    ),
  },
  body: {
    about: 'Lines of the line protocol; lines without a timestamp are of now.',
    content: { 'text/plain': z.string() },
    example: 'weather,city=Berlin temperature=21.5,wet=false 1700000000000000000\n',
  },
  answers: [{ status: 204, about: 'Everything is stored.' }],
  errors: {
    style: 'influx',
    codes: [...BODY_ERRORS, 'invalid_parameter', 'invalid_text_line', ...SAMPLE_ERRORS, ...WRITE_ERRORS],
  },
  curl: `{url}${path} --data-binary 'weather,city=Berlin temperature=21.5'`,
});

export const INFLUX_OPERATIONS: readonly Operation[] = [
  write('writeInflux1', '/write', '1'),
  write('writeInflux2', '/api/v2/write', '2'),
  {
    id: 'ping',
    path: '/ping',
    methods: ['GET'],
    summary: 'Tell clients of InfluxDB that there is a server',
    answers: [
      {
        status: 204,
        about: 'There is.',
        headers: {
          'X-Influxdb-Version': required(
            z.string(),
            'What may be written is as in this version of InfluxDB.',
          ),
          'X-Influxdb-Build': required(z.string(), '`TinyObs`.'),
        },
      },
    ],
    errors: { style: 'influx', codes: [] },
    curl: '{url}/ping',
  },
];
