import '../chart/validLanguage.js';
import 'uplot/dist/uPlot.min.css';
import '../styles/tokens.css';
import '../styles/base.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { zone } from '../chart/timeFormat.js';
import { startClock } from '../state/clock.js';
import { parseEmbedAddress } from '../state/embedAddress.js';
import { key } from '../state/session.js';
import { showTheme, themeChoice } from '../state/theme.js';
import { EmbedPage } from './embedPage.js';
import { NotShown } from './notShown.js';

const address = parseEmbedAddress(window.location);
const root = document.getElementById('app')!;
themeChoice.value = address?.theme ?? 'system';
showTheme();
if (address === null) {
  render(<NotShown reason="This address names no panel." />, root);
} else {
  zone.value = address.zone;
  if (address.grant !== '') key.value = address.grant;
  startClock(signal(address));
  render(<EmbedPage address={address} />, root);
}
