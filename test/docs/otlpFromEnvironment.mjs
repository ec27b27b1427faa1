// An app that counts something and ends; where it sends to is in its environment.
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { detectResources, envDetector } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

const provider = new MeterProvider({
  resource: detectResources({ detectors: [envDetector] }),
  readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })],
});
provider.getMeter('docs').createCounter('from.environment').add(1);
await provider.shutdown();
