import { Component, type ComponentChildren } from 'preact';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';

interface Props {
  /** A new key is a new screen, which gets a new chance. */
  readonly screen: string;
  readonly children: ComponentChildren;
}

/** A fault in one screen is said in its place; the header stays usable. */
export class ErrorBoundary extends Component<Props, { failure: string | null; screen: string }> {
  override state: { failure: string | null; screen: string } = { failure: null, screen: this.props.screen };

  static override getDerivedStateFromError(error: unknown) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  static override getDerivedStateFromProps(props: Props, state: { screen: string }) {
    return props.screen === state.screen ? null : { failure: null, screen: props.screen };
  }

  override render() {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <main id="main">
        <EmptyState icon="alert" title="This screen could not be drawn" isFault>
          <p>{failure}</p>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </EmptyState>
      </main>
    );
  }
}
