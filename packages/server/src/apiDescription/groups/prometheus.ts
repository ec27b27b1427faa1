import type { ErrorCode } from '@tinyobs/model';
import { z } from 'zod';
import { QUERY_TEXT_ERRORS } from '../errorCodes.js';
import { type Answer, type Operation, type OperationGroup, optional, type Parameters } from '../operation.js';
import { selectors, success } from '../shapes.js';

const none = z.array(z.unknown()).max(0).describe('Always empty.');

const text = z.string();

interface Nothing {
  readonly id: string;
  readonly summary: string;
  readonly data: z.ZodType;
  readonly empty: unknown;
  readonly parameters?: Parameters;
  readonly codes?: readonly ErrorCode[];
}

/** A list that clients ask every Prometheus for, and that has nothing in it here. */
function nothing(path: string, { id, summary, data, empty, parameters, codes = [] }: Nothing): Operation {
  return {
    id,
    path: `/api/v1/${path}`,
    methods: ['GET'],
    summary,
    parameters,
    answers: [noneOf(data, empty)],
    errors: { style: 'prometheus', codes },
    curl: `{url}/api/v1/${path}`,
  };
}

function noneOf(data: z.ZodType, empty: unknown): Answer {
  return {
    status: 200,
    about: 'There are none.',
    type: 'application/json',
    schema: success(data),
    example: { status: 'success', data: empty },
  };
}

const SELECTOR_ERRORS: readonly ErrorCode[] = ['invalid_parameter', ...QUERY_TEXT_ERRORS, 'query_execution'];

const ruleParameters: Parameters = {
  type: optional(z.enum(['alert', 'record']), 'Which rules.'),
  'rule_name[]': optional(z.array(text), 'Only rules of these names.'),
  'rule_group[]': optional(z.array(text), 'Only rules of these groups.'),
  'file[]': optional(z.array(text), 'Only rules of these files.'),
  'match[]': optional(selectors, 'Only rules with labels that one of these selects.'),
  exclude_alerts: optional(z.boolean(), 'Leaves out the alerts of the rules.'),
  group_limit: optional(z.int().min(1), 'Most groups of the answer.'),
  group_next_token: optional(text, 'Goes on where the last answer ended; needs `group_limit`.'),
};

export const PROMETHEUS: OperationGroup = {
  name: 'What clients ask every Prometheus for',
  about:
    'TinyObs has no rules. Parameters are checked, and the lists are empty, so that Grafana and others work.',
  operations: [
    nothing('rules', {
      id: 'rules',
      summary: 'List rules',
      data: z.strictObject({ groups: none }),
      empty: { groups: [] },
      parameters: ruleParameters,
      codes: SELECTOR_ERRORS,
    }),
    nothing('alerts', {
      id: 'alerts',
      summary: 'List alerts',
      data: z.strictObject({ alerts: none }),
      empty: { alerts: [] },
    }),
    nothing('alertmanagers', {
      id: 'alertmanagers',
      summary: 'List Alertmanagers',
      data: z.strictObject({ activeAlertmanagers: none, droppedAlertmanagers: none }),
      empty: { activeAlertmanagers: [], droppedAlertmanagers: [] },
    }),
    nothing('notifications', { id: 'notifications', summary: 'List notifications', data: none, empty: [] }),
  ],
};
