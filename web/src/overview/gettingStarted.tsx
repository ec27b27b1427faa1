const SDK_LINES = `import { createClient } from '@tinyobs/sdk';
const obs = createClient({ endpoint: '{endpoint}', service: 'shop' });
app.use(obs.express());`;

const CURL_LINE = `curl {endpoint}/v1/ingest -H 'content-type: application/json' \\
  -d '{"metrics":[{"name":"hello_total","type":"counter","value":1,"labels":{"job":"curl"}}]}'`;

/** The first thing a new user sees below the server's own charts: how to get data in. */
export function GettingStarted() {
  const endpoint = new URL('.', document.baseURI).href.replace(/\/$/, '');
  return (
    <section class="section" aria-labelledby="start-title" data-testid="getting-started">
      <header class="section-head">
        <h2 id="start-title">Your services will appear here</h2>
      </header>
      <div class="start">
        <p>
          TinyObs is running and keeps its own metrics above. Every service that reports HTTP requests gets a
          section of its own, seconds after its first push.
        </p>
        <Snippet title="Three lines in an Express app" text={SDK_LINES.replace('{endpoint}', endpoint)} />
        <Snippet title="Or one sample from a shell" text={CURL_LINE.replace('{endpoint}', endpoint)} />
        <p>
          Metrics without HTTP requests are all in <a href="#/explore">Explore</a>.
        </p>
      </div>
    </section>
  );
}

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <figure class="snippet">
      <figcaption>{title}</figcaption>
      <pre>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
