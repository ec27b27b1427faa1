import './pushed.css';
import { forwardDestinations, ingestStatus } from '../api/operate.js';
import type { ForwardDestination, IngestStatus, ProtocolStatus } from '../api/operateTypes.js';
import { formatCount } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { formatAge } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { Ago } from '../ui/ago.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { LoadState } from '../ui/loadState.js';
import { Problem } from '../ui/problem.js';
import { Section } from '../ui/section.js';
import { nameOfProtocol, placeText, refusedOf } from './protocolText.js';

/** What clients push, by protocol, and where it is sent on to. */
export function Pushed() {
  const tick = nowMs.value;
  const pushed = useQuery({ subject: 'ingest', variant: '', tick }, ingestStatus);
  const sent = useQuery({ subject: 'forward', variant: '', tick }, forwardDestinations);
  return (
    <div class="pushed">
      <LoadState state={pushed} what="What was pushed">
        {(status) => <Protocols status={status} />}
      </LoadState>
      {sent.data !== null && sent.data.length > 0 && (
        <Section title="Sent on by remote write" testId="destinations">
          <div class="pushed-cards">
            {sent.data.map((destination) => (
              <Destination key={destination.name} destination={destination} />
            ))}
          </div>
        </Section>
      )}
    </div>
  );
}

function Protocols({ status }: { status: IngestStatus }) {
  const used = status.protocols.filter(isUsed);
  const unused = status.protocols.filter((one) => !used.includes(one)).map(nameOfProtocol);
  return (
    <Section
      title="Taken in"
      facts={
        <span>
          counted since the start, <Ago ms={Date.parse(status.since)} />
        </span>
      }
      testId="protocols"
    >
      <div class="pushed-cards">
        {used.map((protocol) => (
          <ProtocolCard key={protocol.protocol} status={protocol} />
        ))}
      </div>
      {unused.length > 0 && (
        <p class="note">
          Not used: {unused.join(' · ')}. How to send: <a href="./docs">HTTP API</a>.
        </p>
      )}
    </Section>
  );
}

/** What a server writes for itself is no request. */
function isUsed({ requests, samples, lastRequest }: ProtocolStatus): boolean {
  return requests.received > 0 || samples.accepted > 0 || lastRequest !== undefined;
}

function ProtocolCard({ status }: { status: ProtocolStatus }) {
  const { requests, samples, exemplars, lastRequest, lastError } = status;
  const refused = refusedOf(status);
  return (
    <Card look="pushed-card">
      <header>
        <h3>{nameOfProtocol(status)}</h3>
        {lastRequest !== undefined && (
          <span class="note">
            last seen <Ago ms={Date.parse(lastRequest)} />
          </span>
        )}
      </header>
      <dl class="pushed-figures">
        <Figure name="Requests" value={formatCount(requests.received)} />
        <Figure name="Samples taken" value={formatCount(samples.accepted)} />
        <Figure name="Refused" value={formatCount(refused.total)} isBad={refused.total > 0} />
        {exemplars.accepted > 0 && <Figure name="Exemplars" value={formatCount(exemplars.accepted)} />}
      </dl>
      {refused.reasons.length > 0 && (
        <ul class="pushed-reasons" aria-label="Why it was refused">
          {refused.reasons.map(({ code, what, count }) => (
            <li key={`${what} ${code}`}>
              <code>{code}</code> {formatCount(count)} {what}
            </li>
          ))}
        </ul>
      )}
      {lastError !== undefined && (
        <Problem
          text={[placeText(lastError.place), lastError.message].filter(Boolean).join(': ')}
          note={<When code={lastError.code} time={lastError.time} />}
        />
      )}
    </Card>
  );
}

const TONES: Readonly<Record<string, 'good' | 'warn' | 'bad'>> = { failing: 'bad', behind: 'warn' };

function Destination({ destination }: { destination: ForwardDestination }) {
  const { name, url, state, lagSeconds, pending, sent, dropped, retries, lastSent, lastError } = destination;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return (
    <Card look="pushed-card">
      <header>
        <h3 title={name}>{name}</h3>
        <Badge tone={TONES[state] ?? 'good'}>{state}</Badge>
      </header>
      <p class="pushed-url">{url}</p>
      <dl class="pushed-figures">
        <Figure name="Behind" value={behindText(destination)} isBad={lagSeconds > 60} />
        <Figure name="Samples waiting" value={formatCount(pending.samples)} />
        <Figure name="Samples sent" value={formatCount(sent.samples)} />
        <Figure name="Not sent" value={formatCount(lost)} />
        <Figure name="Retries" value={formatCount(retries)} />
      </dl>
      {lastSent !== null && (
        <p class="note">
          last sent <Ago ms={Date.parse(lastSent)} />
        </p>
      )}
      {lastError !== null && (
        <Problem text={lastError.message} note={<When code={lastError.code} time={lastError.time} />} />
      )}
    </Card>
  );
}

/** How far the newest sample that was sent is behind the newest there is. */
function behindText({ lagSeconds, pending, sent }: ForwardDestination): string {
  if (lagSeconds >= 1) return formatAge(lagSeconds);
  if (pending.samples + pending.records === 0) return 'nothing';
  return sent.samples === 0 ? 'all of it' : 'less than 1s';
}

function Figure({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div data-bad={isBad}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function When({ code, time }: { code: string; time: string }) {
  return (
    <>
      {code} · <Ago ms={Date.parse(time)} />
    </>
  );
}
