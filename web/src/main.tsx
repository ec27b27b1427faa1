import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import { render } from 'preact';
import { App } from './app.js';
import { startShortcuts } from './shell/shortcuts.js';
import { startClock } from './state/clock.js';
import { route } from './state/location.js';
import { startTheme } from './state/theme.js';

startTheme();
startClock(route);
startShortcuts();
render(<App />, document.getElementById('app')!);
